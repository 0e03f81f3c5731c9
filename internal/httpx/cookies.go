package httpx

// The cookies that pages and the API share. CookieName gives their names.
const (
	SessionCookie = "turno_session" // the token of somebody who signed in with a browser
	// DeviceCookie tells a browser that somebody signed in on before from others,
	// so that strangers who guess can't lock its owner out.
	DeviceCookie = "turno_device"
)

// CookieName is the name that a cookie of ours has. With https its prefix makes
// browsers refuse one that another host of the domain, or a page without https,
// has set (RFC 6265bis, section 4.1.3.2).
func CookieName(name string, https bool) string {
	if https {
		return "__Host-" + name
	}
	return name
}
