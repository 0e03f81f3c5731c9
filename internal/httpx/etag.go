package httpx

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// ETag is a weak validator of a body: equal for equal bytes (RFC 9110, section
// 8.8.3).
func ETag(body []byte) string {
	sum := sha256.Sum256(body)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// Matches reports whether an If-None-Match header names the tag: then the answer
// is 304 (RFC 9110, section 13.1.2).
func Matches(ifNoneMatch, tag string) bool {
	opaque := strings.TrimPrefix(tag, "W/")
	for candidate := range strings.SplitSeq(ifNoneMatch, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == opaque {
			return true
		}
	}
	return false
}
