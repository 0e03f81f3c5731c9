//go:build !linux

package sqldb

import (
	"net"
	"time"
)

// boundSilence does nothing where there is no TCP_USER_TIMEOUT: a connection that is
// silent is probed, one that waits for an acknowledgement is given up when the system
// thinks so.
func boundSilence(*net.TCPConn, time.Duration) {}
