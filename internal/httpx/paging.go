package httpx

import "net/url"

// NextLink is a Link header to the next page: the same request with another
// cursor (RFC 8288).
func NextLink(current url.URL, cursor string) string {
	query := current.Query()
	query.Set("cursor", cursor)
	next := url.URL{Path: current.Path, RawQuery: query.Encode()}
	return "<" + next.String() + `>; rel="next"`
}
