package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"github.com/turno-health/turno"
)

// person is whoever has a row in users.
type person struct {
	id        uuid.UUID
	username  string
	fullName  string
	surname   string
	gender    turno.Gender
	role      turno.Role
	staff     turno.StaffLevel
	zone      string
	createdAt time.Time
	noSignIn  bool // a dependant: no password, no mail
}

// patient is a person of the panel that doctors draw from.
type patient struct {
	person
	born     turno.Date
	phone    string
	guardian *patient // of a child
	relation string   // what the guardian is to the child
	busy     []turno.Interval
	open     int // visits to come
}

// mostOpen is how many visits to come somebody has; sign-ups may be held to ten.
const mostOpen = 3

// free reports whether the patient could be at a visit then.
func (p *patient) free(at turno.Interval) bool {
	for _, busy := range p.busy {
		if busy.Overlaps(at) {
			return false
		}
	}
	return true
}

// crowd invents people with distinct usernames.
type crowd struct {
	cultures []share[culture]
	taken    map[string]int // usernames without a number, and how many have them
}

func newCrowd() *crowd {
	taken := make(map[string]int)
	for _, username := range []string{"patient", "doctor", "admin", "desk"} {
		taken[username] = 1
	}
	return &crowd{cultures: cultures(), taken: taken}
}

// person invents somebody of one of the genders.
func (c *crowd) person(r random, genders ...turno.Gender) person {
	origin := pickShare(r, c.cultures)
	gender := pick(r, genders)
	return c.named(r, origin, gender, origin.surname(r))
}

func (c *crowd) named(r random, origin culture, gender turno.Gender, surname string) person {
	given := origin.female
	if gender == turno.GenderMale || (gender == turno.GenderOther && r.chance(0.5)) {
		given = origin.male
	}
	p := person{gender: gender, surname: surname}
	p.fullName = pick(r, given) + " " + surname
	p.username = c.username(p.fullName)
	return p
}

// username is the name in plain letters, with a number for all but the first
// who have it.
func (c *crowd) username(fullName string) string {
	base := strings.ReplaceAll(plainLetters(fullName), " ", ".")
	c.taken[base]++
	if n := c.taken[base]; n > 1 {
		return base + strconv.Itoa(n)
	}
	return base
}

// panel invents the patients of one block of doctors: n of them, about every
// sixth a child of the patient before.
func (c *crowd) panel(r random, n int, today turno.Date) []*patient {
	panel := make([]*patient, 0, n)
	for len(panel) < n {
		parent := c.adult(r, today)
		panel = append(panel, parent)
		if r.chance(0.2) && len(panel) < n && parent.born.Year > today.Year-55 {
			panel = append(panel, c.child(r, parent, today))
		}
	}
	return panel
}

func (c *crowd) adult(r random, today turno.Date) *patient {
	genders := []turno.Gender{turno.GenderFemale, turno.GenderMale}
	if r.chance(0.02) {
		genders = []turno.Gender{turno.GenderOther}
	}
	years := r.around(48, 17, 20, 94)
	return &patient{
		person: c.person(r, genders...),
		born:   today.AddDays(-int(years * 365.25)),
		phone:  phone(r),
	}
}

// child has been born before the history begins.
func (c *crowd) child(r random, parent *patient, today turno.Date) *patient {
	gender := pick(r, []turno.Gender{turno.GenderFemale, turno.GenderMale})
	child := &patient{
		person:   c.named(r, pickShare(r, c.cultures), gender, parent.surname),
		born:     today.AddDays(-r.between(3*365, 15*365)),
		phone:    parent.phone,
		guardian: parent,
		relation: "guardian",
	}
	child.noSignIn = true
	switch parent.gender {
	case turno.GenderFemale:
		child.relation = "mother"
	case turno.GenderMale:
		child.relation = "father"
	case turno.GenderOther:
	}
	return child
}

// phone is a number that Ofcom or ARCEP keeps free for fiction.
func phone(r random) string {
	prefix := pick(r, []string{"+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998"})
	if r.chance(0.1) {
		return fmt.Sprintf("+447700900%03d", r.IntN(1000))
	}
	return fmt.Sprintf("%s%04d", prefix, r.IntN(10000))
}

// plainLetters is a name in the letters a to z.
func plainLetters(name string) string {
	plain := strings.NewReplacer("ł", "l", "Ł", "L", "đ", "d", "Đ", "D", "ı", "i", "ø", "o", "Ø", "O", "ß", "ss")
	var b strings.Builder
	for _, c := range norm.NFKD.String(plain.Replace(name)) {
		if c == ' ' || c < unicode.MaxASCII && unicode.IsLetter(c) {
			b.WriteRune(unicode.ToLower(c))
		}
	}
	return b.String()
}

func (p *person) email() string {
	if p.noSignIn {
		return turno.NoMailAddress(p.id)
	}
	return p.username + "@example.org" // never delivered (RFC 2606)
}
