package sqldb

import (
	"context"
	"net"
	"time"
)

// How long a connection may be silent although something is due from the server's
// machine. One that vanishes (power, network, a failover) says no word, and the kernel
// would send to it for a quarter of an hour. A busy server is not meant: its kernel
// answers for it, however long a statement takes. See decision 0036.
const (
	vanishedAfter = 15 * time.Second // what was sent is not acknowledged
	probeAfter    = 10 * time.Second // nothing was heard: ask whether the machine is there
	probeEvery    = 5 * time.Second
	probes        = 3

	// connectPatience is for making a connection, unless the DSN has a connect_timeout.
	connectPatience = 10 * time.Second
)

// dial connects to a server, over a Unix socket too. How long that may take is for ctx.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: probeAfter, Interval: probeEvery, Count: probes,
	}}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		boundSilence(tcp, vanishedAfter)
	}
	return conn, nil
}
