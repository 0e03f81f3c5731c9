package httpx

import (
	"net/http"
	"strings"
)

// BearerToken is the token of the Authorization header (RFC 6750).
func BearerToken(r *http.Request) (token string, ok bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, found && strings.EqualFold(scheme, "Bearer") && token != ""
}
