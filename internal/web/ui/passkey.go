package ui

// PasskeyProps describes a form that a passkey answers.
type PasskeyProps struct {
	Action   string // where the answer is posted
	Ask      string // where the browser learns what to sign
	New      bool   // makes a passkey rather than shows one
	Autofill bool   // also offers passkeys in the page's field for the name
	Next     string // where to go on, as a hidden field
	Problems []Problem
	Button   ButtonProps
}

// PasskeyAsk is where the browser learns what to sign when it shows a passkey.
const PasskeyAsk = "/passkey/options"

func (p PasskeyProps) ask() string {
	if p.Ask == "" {
		return PasskeyAsk
	}
	return p.Ask
}

func (p PasskeyProps) button() ButtonProps {
	b := p.Button
	if b.Icon == "" {
		b.Icon = IconKey
	}
	return b
}
