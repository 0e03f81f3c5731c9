package httpx

import (
	"net/http/httptest"
	"testing"
)

func TestTheClientsAddress(t *testing.T) {
	t.Parallel()
	trusted, err := ParseProxies([]string{"10.0.0.0/8", "2001:db8:ffff::1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, peer, forwarded, want string
	}{
		{"a stranger is who they are", "203.0.113.7:1234", "", "203.0.113.7"},
		{"and not who they claim to be", "203.0.113.7:1234", "198.51.100.1", "203.0.113.7"},
		{"a proxy tells who is behind it", "10.0.0.1:80", "198.51.100.1", "198.51.100.1"},
		{"as does a chain of them, up to the first stranger", "10.0.0.1:80", "192.0.2.66, 198.51.100.1, 10.2.3.4", "198.51.100.1"},
		{"a proxy with nobody behind it is the client", "10.0.0.1:80", "", "10.0.0.1"},
		{"nonsense ends the chain", "10.0.0.1:80", "198.51.100.1, nonsense", "10.0.0.1"},
		{"an IPv6 client is its whole network", "[2001:db8:1:2:3:4:5:6]:1234", "", "2001:db8:1:2::/64"},
		{"also behind a proxy", "[2001:db8:ffff::1]:80", "2001:db8:1:2::9", "2001:db8:1:2::/64"},
		{"an IPv4 address in IPv6 clothes is one", "[::ffff:203.0.113.7]:1234", "", "203.0.113.7"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
			r.RemoteAddr = test.peer
			if test.forwarded != "" {
				r.Header.Set("X-Forwarded-For", test.forwarded)
			}
			if got := clientAddress(r, trusted); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestProxiesMustBeAddresses(t *testing.T) {
	t.Parallel()
	if _, err := ParseProxies([]string{"proxy.example"}); err == nil {
		t.Error("a name was taken for an address")
	}
}
