package notify

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// oddServer answers each line as it is told, and says with what error the one
// connection that it takes ends: io.EOF when it is closed in time.
func oddServer(t *testing.T, answer func(line string) string) (port int, ended <-chan error) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	end := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			end <- err
			return
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(3 * time.Second))
		_, _ = fmt.Fprint(conn, "220 hello\r\n")
		lines := bufio.NewReader(conn)
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				end <- err
				return
			}
			_, _ = fmt.Fprint(conn, answer(line))
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port, end
}

func TestAConnectionThatComesToNothingIsClosed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		settings SMTP
		answers  map[string]string // to a command; to all others 250
		said     string            // in the log
	}{
		{"EHLO and HELO are refused", SMTP{Security: Plain}, map[string]string{"EHLO": "554 no", "HELO": "554 no"},
			"the mail server refused the connection, the password or the sender with 554"},
		{"no STARTTLS is offered", SMTP{Security: StartTLS}, nil, "the mail server offers no STARTTLS, without which nothing is sent"},
		{"STARTTLS is refused", SMTP{Security: StartTLS}, map[string]string{"EHLO": "250-hello\r\n250 STARTTLS", "STARTTLS": "454 later"},
			"the mail server refused the connection, the password or the sender with 454"},
		{"the password is wrong", SMTP{Security: Plain, Username: "clinic", Password: "wrong"}, map[string]string{"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": "535 who?"},
			"the mail server refused the connection, the password or the sender with 535"},
		{"no TLS is spoken", SMTP{Security: TLS}, nil, "the mail server could not be reached, or broke off"},
		{"DATA is refused", SMTP{Security: Plain}, map[string]string{"DATA": "451 4.3.0 later"}, "the mail server refused the mail with 451 4.3.0"},
		{"the sender is refused at RCPT", SMTP{Security: Plain}, map[string]string{"RCPT": "554 5.7.1 <clinic@example.org>: Sender address rejected: Access denied"},
			"the mail server refused the sender, this server or what its rules forbid, not the address, with 554 5.7.1"},
		{"QUIT is refused", SMTP{Security: Plain}, map[string]string{"RCPT": "550 nobody", "QUIT": "421 no"}, "the mail server refused the address with 550"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			port, ended := oddServer(t, func(line string) string {
				command, _, _ := strings.Cut(strings.TrimSpace(line), " ")
				if answer, ok := tt.answers[command]; ok {
					return answer + "\r\n"
				}
				return "250 fine\r\n"
			})
			tt.settings.Host, tt.settings.Port, tt.settings.From = "127.0.0.1", port, mail.Address{Address: "clinic@example.org"}
			mailer, err := NewMailer(tt.settings)
			if err != nil {
				t.Fatal(err)
			}
			way := mailer.connection()
			refused := way.send(t.Context(), uuid.New(), "carla@example.org", time.Now(), letter{Subject: "S", Text: "T", HTML: "H"})
			way.close()
			if refused == nil || refused.Error() != tt.said {
				t.Errorf("it says %v, want %s", refused, tt.said)
			}
			if err := <-ended; !errors.Is(err, io.EOF) {
				t.Errorf("the connection ends with %v, not by being closed", err)
			}
		})
	}
}
