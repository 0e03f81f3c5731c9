package httpx

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// ParseProxies reads addresses and networks ("10.0.0.1", "10.0.0.0/8") whose
// forwarded addresses are to be believed.
func ParseProxies(list []string) ([]netip.Prefix, error) {
	proxies := make([]netip.Prefix, 0, len(list))
	for _, entry := range list {
		if prefix, err := netip.ParsePrefix(entry); err == nil {
			proxies = append(proxies, prefix.Masked())
			continue
		}
		address, err := netip.ParseAddr(entry)
		if err != nil {
			return nil, fmt.Errorf("a trusted proxy is an address or a network like 10.0.0.0/8: %w", err)
		}
		proxies = append(proxies, netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen()))
	}
	return proxies, nil
}

// clientAddress walks X-Forwarded-For from the nearest proxy outwards, as long
// as each hop is trusted: everything beyond was written by a stranger.
func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr // a socket without addresses, or a test
	}
	client := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && contains(trusted, client); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		client = hop.Unmap()
	}
	return limitKey(client)
}

// limitKey counts a whole IPv6 network as one client: it may use any of its
// addresses.
func limitKey(address netip.Addr) string {
	const homeNetwork = 64
	if address.Is4() {
		return address.String()
	}
	network, err := address.WithZone("").Prefix(homeNetwork)
	if err != nil {
		return address.String()
	}
	return network.String()
}

func contains(networks []netip.Prefix, address netip.Addr) bool {
	for _, network := range networks {
		if network.Contains(address) {
			return true
		}
	}
	return false
}
