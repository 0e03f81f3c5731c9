package demo

import "github.com/turno-health/turno"

// panelOf is the patients of a block of doctors, by who may see them.
type panelOf struct {
	byAudience map[audience][]*patient
}

func sortPanel(patients []*patient, today turno.Date) *panelOf {
	p := &panelOf{byAudience: make(map[audience][]*patient)}
	add := func(who audience, somebody *patient) { p.byAudience[who] = append(p.byAudience[who], somebody) }
	for _, somebody := range patients {
		add(seesAnyone, somebody)
		if somebody.guardian != nil {
			add(seesChildren, somebody)
			continue
		}
		add(seesAdults, somebody)
		age := today.Year - somebody.born.Year
		if somebody.gender != turno.GenderMale && age < 70 {
			add(seesWomen, somebody)
		}
		if age > 64 {
			add(seesElderly, somebody)
		}
	}
	for who := seesAdults; who <= seesElderly; who++ { // a small panel may lack some
		if len(p.byAudience[who]) == 0 {
			p.byAudience[who] = patients
		}
	}
	return p
}

// pick draws somebody for the field. Some people see doctors more often.
func (p *panelOf) pick(r random, f *field) *patient {
	people := p.byAudience[f.sees]
	luck := r.Float64()
	return people[int((luck+luck*luck)/2*float64(len(people)))]
}

// regulars are the patients that a doctor has seen, the last ones last.
type regulars struct {
	people []*patient
	known  map[*patient]bool // completed a visit
}

const rememberedRegulars = 150

func (s *regulars) add(p *patient) {
	s.people = append(s.people, p)
	if len(s.people) > 2*rememberedRegulars {
		s.people = append(s.people[:0], s.people[rememberedRegulars:]...)
	}
}

// pick finds the patient of a visit and says whether they are new to the doctor.
func (s *regulars) pick(r random, d *doctor, panel *panelOf) (p *patient, isNew bool) {
	if len(s.people) > 0 && r.chance(d.regulars) {
		p = s.people[r.IntN(len(s.people))]
	} else {
		p = panel.pick(r, d.field)
	}
	return p, !s.known[p]
}
