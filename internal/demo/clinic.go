package demo

import "github.com/turno-health/turno"

// field is a specialization: how many doctors of a hundred have it, whom they
// see, and what for.
type field struct {
	name     string
	share    int
	sees     audience
	slots    []int // usual lengths of a visit in minutes
	about    string
	concerns []string
}

// audience is which part of the panel a field sees.
type audience int

const (
	seesAdults audience = iota
	seesAnyone
	seesChildren
	seesWomen
	seesElderly
)

// fields begins with general practice, the field of the account "doctor".
func fields() []field {
	return []field{
		{"General practice", 26, seesAnyone, []int{15, 20}, "the everyday questions of health", []string{"Sore throat for a week", "Blood pressure check", "Repeat prescription", "Tired all the time", "Back pain since moving house", "Results of the blood test", "Cough that will not go away", "Vaccination before a trip", "Sick note needs renewing", "Dizzy when I get up"}},
		{"Paediatrics", 8, seesChildren, []int{20}, "children from the first week to the last year of school", []string{"Fever since Sunday", "Check-up at school age", "Rash on both arms", "Ear ache again", "Sleeps badly", "Vaccination due"}},
		{"Gynaecology and obstetrics", 7, seesWomen, []int{20, 30}, "care before, during and after pregnancy", []string{"Yearly check-up", "Pregnancy, week 12", "Contraception advice", "Irregular periods", "Smear test"}},
		{"Dermatology", 6, seesAnyone, []int{15, 20}, "skin, hair and nails", []string{"A mole that has changed", "Eczema on the hands", "Acne", "Itching at night", "Yearly skin check"}},
		{"Cardiology", 6, seesAdults, []int{20, 30}, "rhythm disorders and high blood pressure", []string{"Palpitations in the evening", "Follow-up after the echo", "High blood pressure", "Short of breath on the stairs"}},
		{"Orthopaedics", 6, seesAdults, []int{20}, "knees, hips and sports injuries", []string{"Knee pain when running", "Shoulder is stiff", "Check after the cast", "Lower back pain", "Twisted ankle"}},
		{"Ophthalmology", 5, seesAnyone, []int{15, 20}, "sight at every age", []string{"Blurred vision", "Eye pressure check", "New glasses", "Dry eyes"}},
		{"Physiotherapy", 5, seesAdults, []int{30}, "moving again after injury or surgery", []string{"Exercises after knee surgery", "Neck pain from desk work", "Rehabilitation, session 4", "Frozen shoulder"}},
		{"Clinical psychology", 5, seesAdults, []int{30}, "anxiety, low mood and sleep", []string{"I would like to talk to somebody", "Panic attacks", "Trouble sleeping", "Continuing our sessions"}},
		{"Ear, nose and throat", 4, seesAnyone, []int{15, 20}, "hearing, voice and breathing", []string{"Ringing in the ears", "Blocked nose for months", "Hearing test", "Hoarse for three weeks"}},
		{"Dentistry", 4, seesAnyone, []int{20, 30}, "teeth kept for life", []string{"Check-up and cleaning", "A filling fell out", "Toothache on the left", "Sensitive to cold"}},
		{"Neurology", 3, seesAdults, []int{30}, "headache, tremor and memory", []string{"Migraine three times a month", "Numb fingers", "Memory check for my own peace of mind"}},
		{"Endocrinology", 3, seesAdults, []int{20, 30}, "diabetes and the thyroid", []string{"Diabetes review", "Thyroid values", "Losing weight without trying"}},
		{"Psychiatry", 3, seesAdults, []int{30}, "depression and attention disorders", []string{"Review of medication", "First assessment", "Not sleeping"}},
		{"Rheumatology", 2, seesAdults, []int{20, 30}, "joints and autoimmune disease", []string{"Swollen fingers in the morning", "Review of treatment", "Gout again"}},
		{"Gastroenterology", 2, seesAdults, []int{20}, "stomach and bowel", []string{"Heartburn", "Before the colonoscopy", "Stomach ache after meals"}},
		{"Urology", 2, seesAdults, []int{20}, "kidneys, bladder and prostate", []string{"Prostate check", "Kidney stone", "Up four times a night"}},
		{"Allergology", 2, seesAnyone, []int{15, 20}, "hay fever, asthma and food allergy", []string{"Hay fever", "Allergy test", "Hives after dinner"}},
		{"Geriatrics", 2, seesElderly, []int{30}, "growing old on one's own terms", []string{"Review of all medicines", "A fall last week", "Walking has become slow"}},
		{"Nutrition", 2, seesAdults, []int{20, 30}, "eating well with an illness or without", []string{"Meal plan for diabetes", "Weight, month 3", "Coeliac disease, new diagnosis"}},
	}
}

// place is a location with the share of doctors who work there. The streets are
// invented, the cities are not.
func places() []share[turno.Location] {
	return []share[turno.Location]{
		{55, turno.Location{
			Name: "Clínica del Olmo", Phone: "+34910000101", AddressLine1: "Calle del Olmo Viejo 12", City: "Madrid", State: "Madrid",
			PostalCode: "28010", Country: "ES", TimeZone: "Europe/Madrid",
			Directions: "Two minutes from the metro. The lift is behind the reception; step-free throughout.",
		}},
		{30, turno.Location{
			Name: "Centro Médico La Alameda", Phone: "+34960000102", AddressLine1: "Avenida de los Naranjos Altos 48", AddressLine2: "First floor",
			City: "Valencia", State: "Valencia", PostalCode: "46010", Country: "ES", TimeZone: "Europe/Madrid",
			Directions: "Entrance on the park side. Bicycle stands and two parking places for disabled people in front of the door.",
		}},
		{15, turno.Location{
			Name: "Lantern Yard Health Rooms", Phone: "+442079460103", AddressLine1: "7 Lantern Yard", City: "London",
			PostalCode: "SE1 9ZZ", Country: "GB", TimeZone: "Europe/London",
			Directions: "Ring the upper bell. The courtyard is cobbled: call us if you would like to be met at the street.",
		}},
	}
}
