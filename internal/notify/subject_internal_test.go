package notify

import (
	"bytes"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// The first line of a header begins behind its name: Python's parser, among others,
// gives what is folded there a space that nobody wrote.
func TestNoHeaderOfOursIsFoldedBehindItsColon(t *testing.T) {
	t.Parallel()
	mailer, err := NewMailer(SMTP{Host: "127.0.0.1", Port: 25, Security: Plain, From: mail.Address{Name: "Clínica del Río", Address: "clinic@example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	less := "https://turno.example.org/unsubscribe?token=" + strings.Repeat("x", 200)
	for name, subject := range map[string]string{
		"short":               "Visit confirmed",
		"long":                "Requested, not yet confirmed: Wednesday, 30 September 2027, 10:00 in the morning, and more",
		"one long word":       strings.Repeat("x", 120),
		"long and in Spanish": "Solicitada, aún sin confirmar: miércoles, 30 de septiembre de 2027, a las 10:00 de la mañana (ñ ñ ñ)",
		"of other letters":    strings.Repeat("訪問の確認", 20),
		"like an encoded one": "=?utf-8?q?x?= = ? _",
		"with a line in it":   "a\r\nBcc: everybody@example.org",
		"with spaces":         "a  b   " + strings.Repeat("c ", 60) + "d",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			message, err := mailer.message(uuid.New(), "carla@example.org", time.Now(), letter{Subject: subject, Text: "T", HTML: "H", Less: less})
			if err != nil {
				t.Fatal(err)
			}
			var written bytes.Buffer
			if _, err := message.WriteTo(&written); err != nil {
				t.Fatal(err)
			}
			head, _, _ := strings.Cut(written.String(), "\r\n\r\n")
			for line := range strings.SplitSeq(head, "\r\n") {
				if strings.HasSuffix(strings.TrimRight(line, " "), ":") || strings.TrimSpace(line) == "" {
					t.Errorf("there is a line %q", line)
				}
				if strings.Contains(line, "=?") && len(line) > 76 {
					t.Errorf("a line with encoded words is %d bytes long", len(line))
				}
			}
			read, err := mail.ReadMessage(&written)
			if err != nil {
				t.Fatal(err)
			}
			got, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
			if err != nil || got != subject {
				t.Errorf("the subject is read as %q (%v)", got, err)
			}
			if got := read.Header.Get("List-Unsubscribe"); got != "<"+less+">" || read.Header.Get("Bcc") != "" {
				t.Errorf("List-Unsubscribe is %q, Bcc %q", got, read.Header.Get("Bcc"))
			}
		})
	}
}
