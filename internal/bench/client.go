package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// Client speaks HTTP/1.1 over one connection and costs little beside the server
// that is measured. Only one goroutine may use it at a time.
type Client struct {
	host   string
	conn   net.Conn
	reader *bufio.Reader
	used   time.Time
}

// Answer is what a server said.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// NewClient is a client of the server at an http:// URL. It connects when it is
// first used.
func NewClient(url string) *Client {
	return &Client{host: strings.TrimPrefix(url, "http://")}
}

const (
	// tooLong is when a request has failed.
	tooLong = time.Minute
	// mayBeClosed is after how long without use a connection is made anew, as
	// servers close idle ones.
	mayBeClosed = 10 * time.Second
)

// Close gives the connection back.
func (c *Client) Close() {
	if c.conn != nil {
		_ = c.conn.Close() // nothing is lost
		c.conn = nil
	}
}

// Send makes a request with header lines, each ended by CRLF. An error is a
// connection that broke, never a status.
func (c *Client) Send(ctx context.Context, method, path, header string, body []byte) (Answer, error) {
	if err := c.connect(ctx); err != nil {
		return Answer{}, err
	}
	answer, err := c.exchange(method, path, header, body)
	if err != nil {
		c.Close()
		return Answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return answer, nil
}

func (c *Client) connect(ctx context.Context) error {
	now := time.Now()
	if c.conn != nil && now.Sub(c.used) > mayBeClosed {
		c.Close()
	}
	if c.conn == nil {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp", c.host)
		if err != nil {
			return fmt.Errorf("connect: %w", err)
		}
		c.conn, c.reader = conn, bufio.NewReader(conn)
	}
	c.used = now
	return c.conn.SetDeadline(now.Add(tooLong))
}

func (c *Client) exchange(method, path, header string, body []byte) (Answer, error) {
	if body != nil {
		header += "Content-Type: application/json\r\n"
	}
	_, err := fmt.Fprintf(c.conn, "%s %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s", method, path, c.host, header, len(body), body)
	if err != nil {
		return Answer{}, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.Close {
		c.Close()
	}
	return Answer{response.StatusCode, response.Header, text}, err
}

// bearer is the header line of somebody who signed in; "" is a stranger.
func bearer(token string) string {
	if token == "" {
		return ""
	}
	return "Authorization: Bearer " + token + "\r\n"
}

// api makes a request of the REST API that has to be answered so, and reads the
// answer into a value, unless that is nil.
func (c *Client) api(ctx context.Context, want int, method, path, token string, content, into any) error {
	var body []byte
	if content != nil {
		var err error
		if body, err = json.Marshal(content); err != nil {
			return err
		}
	}
	answer, err := c.Send(ctx, method, "/api/v1"+path, bearer(token), body)
	if err != nil {
		return err
	}
	if answer.Status != want {
		return fmt.Errorf("%s %s: %w", method, path, &statusError{answer.Status, answer.Body})
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	return nil
}

// statusError is an answer that was not hoped for.
type statusError struct {
	status int
	body   []byte
}

func (e *statusError) Error() string {
	return fmt.Sprintf("answered %d: %.300s", e.status, e.body)
}
