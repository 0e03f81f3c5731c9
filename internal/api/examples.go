package api

import (
	"time"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
)

// What the examples in the document are about: one visit of one patient.

func exampleID(last byte) uuid.UUID {
	return uuid.UUID{0x01, 0x97, 0xf3, 0xa4, 0x7c, 0x1e, 0x7b, 0x5a, 0x9d, 0x0e, 0x1f, 0x2a, 0x3b, 0x4c, 0x5d, last}
}

func exampleTime(hour, minute int) time.Time {
	return time.Date(2027, time.March, 1, hour, minute, 0, 0, time.UTC)
}

func exampleSlot() slotView { return slotView{exampleTime(9, 0), exampleTime(9, 30)} }

func exampleVisit() appointmentView {
	visitType, location, patient := exampleID(3), exampleID(4), exampleID(2)
	return appointmentView{
		ID:          exampleID(5),
		DoctorID:    exampleID(1),
		PatientID:   patient,
		ScheduledAt: exampleTime(9, 0),
		EndsAt:      exampleTime(9, 30),
		Status:      turno.StatusPending,
		VisitTypeID: &visitType,
		LocationID:  &location,
		Reason:      "A cough for two weeks.",
		BookedBy:    &patient,
		CreatedAt:   exampleTime(8, 0).AddDate(0, 0, -3),
		UpdatedAt:   exampleTime(8, 0).AddDate(0, 0, -3),
	}
}

func exampleLocation() locationView {
	return locationView{
		ID: exampleID(4), Name: "Harbour Clinic", Phone: "+441632960123", AddressLine1: "1 Quay Street",
		City: "Bristol", PostalCode: "BS1 4ZZ", Country: "GB", TimeZone: "Europe/London",
	}
}

func exampleDoctorCard() DoctorCard {
	location := exampleLocation()
	return DoctorCard{
		ID: exampleID(1), FullName: "Dr Amara Okafor", SpecializationID: 3, Specialization: "Cardiology",
		YearsOfExperience: 12, Bio: "Listens first.", Location: &location, TimeZone: "Europe/London",
		Rating: 4.63, RatingCount: 41,
	}
}

func exampleFoundDoctor() foundDoctorView {
	return foundDoctorView{exampleDoctorCard(), []slotView{exampleSlot()}}
}
