package notify

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// refusal is why a mail did not leave. A nil one refuses nothing.
type refusal struct {
	said       string // by the server, for full staff; it may name the person
	code       int    // of the answer (RFC 5321, section 4.2); 0: there was none
	enhanced   string // code of the answer (RFC 3463); empty: there was none, or one that tells nothing
	step       step   // at which it was given
	inTheClear bool   // the server offers no STARTTLS
}

// step is how far a mail has come with a server.
type step int

const (
	atServer    step = iota // greeting, signing in and the sender: it was told of no recipient
	atRecipient             // RCPT
	atMessage               // DATA, and what follows
)

// Error names nobody: it goes to the log.
func (r *refusal) Error() string {
	switch {
	case r.inTheClear:
		return "the mail server offers no STARTTLS, without which nothing is sent"
	case r.code == 0 && r.step == atServer:
		return "the mail server could not be reached, or broke off"
	case r.code == 0:
		return "the mail server broke off, or gave no answer in time, at one mail"
	case r.step == atMessage:
		return "the mail server refused the mail with " + r.codes()
	case r.ofSender():
		return "the mail server refused the sender, this server or what its rules forbid, not the address, with " + r.codes()
	case r.step == atRecipient:
		return "the mail server refused the address with " + r.codes()
	}
	return "the mail server refused the connection, the password or the sender with " + r.codes()
}

func (r *refusal) codes() string { return strings.TrimSpace(fmt.Sprintf("%d %s", r.code, r.enhanced)) }

// AboutSender begins what went wrong with a mail where somebody has to mend something;
// a space and the server's answer follow it.
const AboutSender = "This is about the sender or the server, not about the address."

// note is what full staff read of it at the mail.
func (r *refusal) note() string {
	if r.ofSender() {
		return AboutSender + " " + r.said
	}
	return r.said
}

// Trouble is what keeps a mail that waits from leaving.
type Trouble int

// The troubles.
const (
	NoTrouble   Trouble = iota // it was not tried yet, or is refused for now: for days, and it is given up
	SenderFault                // the mail server refuses who sends: it waits until that is mended
	NotThisMail                // no mail leaves, or the mail could not be written: it waits, however long
)

// Trouble says what keeps a mail that waits from leaving, as the last attempt found it.
func (m Opened) Trouble() Trouble {
	switch {
	case m.State != Waiting || m.Attempts == 0 || m.LastError == "":
		return NoTrouble
	case strings.HasPrefix(m.LastError, AboutSender):
		return SenderFault
	case m.RefusedSince == nil:
		return NotThisMail
	}
	return NoTrouble
}

// Refused reports whether a mail failed for an address that its person still has, and
// that is still taken for one that refuses mail: TryAddressAgain is for it.
func (m Opened) Refused() bool {
	return m.State == Failed && m.To.EmailRefusedAt != nil && m.Recipient == m.To.Email
}

// permanent reports whether trying again is in vain. A server that does not like us,
// our sender or our password may be told otherwise by its owner: that is not.
func (r *refusal) permanent() bool {
	return r.ofMailbox() || r != nil && r.step == atMessage && r.code >= 500
}

// ofMailbox reports whether the server knows no such mailbox, or one that takes nothing
// any more. A server may answer RCPT also for what it thinks of the sender or of us
// (Postfix does so by smtpd_delay_reject); the enhanced code tells them apart, and
// without one the plain code.
func (r *refusal) ofMailbox() bool {
	if r == nil || r.step != atRecipient || r.code < 500 {
		return false
	}
	if r.enhanced == "" {
		return r.code == 550 || r.code == 551 || r.code == 553
	}
	return slices.Contains([]string{"5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"}, r.enhanced)
}

// ofSender reports whether an answer to RCPT was about who sends: somebody has to mend
// that. A mailbox that is full (5.2.2) or takes nothing so long (5.2.3) is the reader's.
func (r *refusal) ofSender() bool {
	switch {
	case r == nil || r.step != atRecipient || r.code == 0 || r.ofMailbox():
		return false
	case r.code < 500: // 4.1.7 and 4.1.8: the sender's address; else most often to see who comes again
		return r.enhanced == "4.1.7" || r.enhanced == "4.1.8"
	}
	return !strings.HasPrefix(r.enhanced, "5.2.")
}

// ofServer reports whether it would have met every other mail too: the server was not
// told yet whom it is for.
func (r *refusal) ofServer() bool { return r != nil && r.step == atServer }

// broke reports whether the connection is at its end: without an answer, or with the
// one that says so (RFC 5321, section 3.8).
func (r *refusal) broke() bool { return r != nil && (r.code == 0 || r.code == 421) }

// ends reports whether other mails had better wait.
func (r *refusal) ends() bool { return r.ofServer() || r != nil && r.code == 421 }

func refusalToConnect(err error) *refusal {
	r := &refusal{said: err.Error()}
	r.inTheClear = strings.Contains(r.said, "does not support STARTTLS") // the client has no error of its own for it
	if answer, ok := errors.AsType[*textproto.Error](err); ok {
		r.code = answer.Code
	}
	return r
}

// refusalOf also reports whether the server waits for the next mail now.
func refusalOf(err error) (r *refusal, next bool) {
	sent, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return &refusal{said: err.Error()}, false
	}
	r = &refusal{said: sent.Error(), code: sent.ErrorCode(), step: atMessage}
	if sent.Reason == gomail.ErrSMTPMailFrom || sent.Reason == gomail.ErrConnCheck {
		r.step = atServer
	} else if sent.Reason == gomail.ErrSMTPRcptTo {
		r.step = atRecipient
	}
	r.enhanced = enhancedCode(r.said)
	return r, sent.Reason == gomail.ErrSMTPRcptTo || sent.Reason == gomail.ErrSMTPDataClose
}

// answered finds the codes at the beginning of an answer, behind the client's words. It
// does so also for a server that announces no enhanced codes and gives them.
var answered = regexp.MustCompile(`^[^:]*: [45]\d\d "?([45]\.\d{1,3}\.\d{1,3})\b`)

// enhancedCode is the enhanced code of an answer. One that ends in 0.0 tells no more
// than the plain code.
func enhancedCode(said string) string {
	found := answered.FindStringSubmatch(said)
	if found == nil || strings.HasSuffix(found[1], ".0.0") {
		return ""
	}
	return found[1]
}
