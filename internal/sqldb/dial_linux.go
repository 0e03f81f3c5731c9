package sqldb

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// boundSilence ends the connection when what was sent is not acknowledged for so long
// (TCP_USER_TIMEOUT, RFC 5482), by the server's kernel. It is set after connecting, which
// it would bound too. Where it is not known, as in some sandboxes, the probes remain.
func boundSilence(conn *net.TCPConn, limit time.Duration) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return // closed: the first use says so
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(limit.Milliseconds()))
	})
}
