package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/insight"
	"github.com/turno-health/turno/internal/policy"
)

func (a *API) analyticsRoutes() {
	register(a, route{
		ID: "list-doctor-ratings", Method: http.MethodGet, Path: "/analytics/doctor-ratings",
		Action: policy.ReadAnalytics, Tag: tagInsight,
		Summary:     "Average rating per doctor",
		Description: "The best first, of equals those rated more often. Full staff see every doctor, a doctor their own row.",
		Errors:      []int{http.StatusForbidden},
		Answer:      listOf([]insight.DoctorRating{exampleRating()}, "", ratingView),
	}, a.doctorRatings)
	register(a, route{
		ID: "count-appointments-per-day", Method: http.MethodGet, Path: "/analytics/appointments-per-day",
		Action: policy.ReadAnalytics, Tag: tagInsight,
		Summary: "Visits per day",
		Description: "A row for every day in [from, to), zeros included, by what has become of the visits. " +
			"Full staff see everybody's visits, a doctor their own. Ten years at most.",
		Errors: []int{http.StatusForbidden},
		Answer: perDay([]insight.DayCount{exampleDay()}, exampleDays(), insight.ByVisit),
	}, a.appointmentsPerDay)
	register(a, route{
		ID: "measure-access", Method: http.MethodGet, Path: "/analytics/access",
		Action: policy.ReadAnalytics, Tag: tagInsight,
		Summary: "How easy it is to be seen",
		Description: "From now on: the days to the third next open slot of each doctor, and how full the next 28 days are. " +
			"Over the visits of the days in [from, to): lead time and the rates of cancellations, late ones and missed visits. " +
			"Rates are from 0 to 1, null when there is nothing to divide by. Full staff see everybody, a doctor themselves.",
		Errors: []int{http.StatusForbidden},
		Answer: exampleAccess(),
	}, a.access)
}

func (a *API) doctorRatings(ctx context.Context, c policy.Caller, in *PageParams) (list[doctorRatingView], error) {
	ratings, next, err := a.config.Insight.DoctorRatings(ctx, c, in.Limit, in.Cursor)
	return listOf(ratings, next, ratingView), err
}

type doctorRatingView struct {
	DoctorID         uuid.UUID `json:"doctor_id"`
	FullName         string    `json:"full_name"`
	SpecializationID int       `json:"specialization_id"`
	Specialization   string    `json:"specialization" doc:"Its name."`
	Rating           float64   `json:"rating" doc:"The mean of all ratings, two decimals; 0 without any."`
	RatingCount      int64     `json:"rating_count"`
}

func ratingView(r insight.DoctorRating) doctorRatingView {
	return doctorRatingView{
		DoctorID:         r.DoctorID,
		FullName:         r.FullName,
		SpecializationID: r.SpecializationID,
		Specialization:   r.Specialization,
		Rating:           r.Average,
		RatingCount:      r.Count,
	}
}

// DayParams asks for days, [from, to).
type DayParams struct {
	From     turno.Date `query:"from" doc:"The first day; 30 days before to unless told."`
	To       turno.Date `query:"to" doc:"The day after the last; tomorrow unless told."`
	TimeZone string     `query:"time_zone" maxLength:"64" doc:"The IANA name of the zone whose days are meant; your own unless told." example:"Europe/London"`
}

func (p DayParams) days() insight.Days {
	return insight.Days{From: p.From, To: p.To, TimeZone: p.TimeZone}
}

type perDayParams struct {
	DayParams
	By string `query:"by" enum:"scheduled_at,created_at" default:"scheduled_at" doc:"Whether a visit counts on its own day or on that of its booking."`
}

func (a *API) appointmentsPerDay(ctx context.Context, c policy.Caller, in *perDayParams) (perDayView, error) {
	rows, days, err := a.config.Insight.AppointmentsPerDay(ctx, c, in.days(), insight.By(in.By))
	return perDay(rows, days, insight.By(in.By)), err
}

type perDayView struct {
	Items    []dayCountView `json:"items" nullable:"false" doc:"A row for every day, in order."`
	From     turno.Date     `json:"from"`
	To       turno.Date     `json:"to" doc:"The day after the last."`
	TimeZone string         `json:"time_zone"`
	By       string         `json:"by" enum:"scheduled_at,created_at"`
}

type dayCountView struct {
	Day       turno.Date `json:"day"`
	Pending   int64      `json:"pending"`
	Confirmed int64      `json:"confirmed"`
	Completed int64      `json:"completed"`
	Cancelled int64      `json:"cancelled"`
	Total     int64      `json:"total"`
}

func perDay(rows []insight.DayCount, d insight.Days, by insight.By) perDayView {
	return perDayView{Items: viewed(rows, dayCount), From: d.From, To: d.To, TimeZone: d.TimeZone, By: string(by)}
}

func dayCount(d insight.DayCount) dayCountView {
	return dayCountView{
		Day:       d.Day,
		Pending:   d.Pending,
		Confirmed: d.Confirmed,
		Completed: d.Completed,
		Cancelled: d.Cancelled,
		Total:     d.Total(),
	}
}

func (a *API) access(ctx context.Context, c policy.Caller, in *DayParams) (accessView, error) {
	access, err := a.config.Insight.Access(ctx, c, in.days())
	if err != nil {
		return accessView{}, err
	}
	return accessViewOf(access), nil
}

type accessView struct {
	From                 turno.Date                 `json:"from"`
	To                   turno.Date                 `json:"to" doc:"The day after the last."`
	TimeZone             string                     `json:"time_zone"`
	Visits               int64                      `json:"visits" doc:"Of the asked days, whatever became of them."`
	LeadTimeMinutes      *float64                   `json:"lead_time_minutes" doc:"Mean time from booking to start."`
	CancellationRate     *float64                   `json:"cancellation_rate" doc:"Called off or expired, of all visits; missed ones are not among them."`
	LateCancellationRate *float64                   `json:"late_cancellation_rate" doc:"Called off by the patient less than 24 hours before the start, of all visits."`
	NoShowRate           *float64                   `json:"no_show_rate" doc:"Missed, of the visits that were completed or missed."`
	Ahead                fillView                   `json:"ahead"`
	Specializations      []specializationAccessView `json:"specializations" nullable:"false"`
	Doctors              []doctorAccessView         `json:"doctors" nullable:"false"`
}

type fillView struct {
	BookedMinutes int64    `json:"booked_minutes" doc:"Of visits that start in the next 28 days."`
	OpenMinutes   int64    `json:"open_minutes" doc:"Of slots still open in the next 28 days."`
	FillRate      *float64 `json:"fill_rate" doc:"The booked part of both."`
}

type specializationAccessView struct {
	SpecializationID       int      `json:"specialization_id"`
	Doctors                int      `json:"doctors"`
	DoctorsWithout         int      `json:"doctors_without" doc:"Of the doctors, those without a third open slot within 92 days."`
	ThirdNextAvailableDays *float64 `json:"third_next_available_days" doc:"The mean over the others."`
}

type doctorAccessView struct {
	DoctorID               uuid.UUID `json:"doctor_id"`
	FullName               string    `json:"full_name"`
	SpecializationID       int       `json:"specialization_id"`
	ThirdNextAvailableDays *int      `json:"third_next_available_days" doc:"Days to the third next slot that a patient is offered, 0 being today; null without one within 92 days."`
	Ahead                  fillView  `json:"ahead"`
}

func accessViewOf(a insight.Access) accessView {
	return accessView{
		From:                 a.Days.From,
		To:                   a.Days.To,
		TimeZone:             a.Days.TimeZone,
		Visits:               a.Past.Visits(),
		LeadTimeMinutes:      a.Past.LeadMinutes(),
		CancellationRate:     a.Past.CancellationRate(),
		LateCancellationRate: a.Past.LateCancellationRate(),
		NoShowRate:           a.Past.NoShowRate(),
		Ahead:                fill(a.Ahead),
		Specializations: viewed(a.Specializations, func(s insight.SpecializationAccess) specializationAccessView {
			return specializationAccessView{s.SpecializationID, s.Doctors, s.Closed, s.ThirdNextDays}
		}),
		Doctors: viewed(a.Doctors, func(d insight.DoctorAccess) doctorAccessView {
			return doctorAccessView{d.DoctorID, d.FullName, d.SpecializationID, d.ThirdNextDays, fill(d.Ahead)}
		}),
	}
}

func fill(f insight.Fill) fillView { return fillView{f.BookedMinutes, f.OpenMinutes, f.Rate()} }

func exampleRating() insight.DoctorRating {
	return insight.DoctorRating{
		DoctorID:         exampleID(1),
		FullName:         "Dr Amara Okafor",
		SpecializationID: 3,
		Specialization:   "Cardiology",
		Average:          4.63,
		Count:            41,
	}
}

func exampleDays() insight.Days {
	day := exampleDay().Day
	return insight.Days{From: day, To: day.AddDays(1), TimeZone: "Europe/London"}
}

func exampleDay() insight.DayCount {
	return insight.DayCount{Day: turno.Date{Year: 2027, Month: 3, Day: 1}, Pending: 2, Confirmed: 14, Completed: 31, Cancelled: 3}
}

func exampleAccess() accessView {
	days, mean := 2, 2.0
	lead, cancelled, late, missed := 9120.5, 0.08, 0.03, 0.05
	ahead := fill(insight.Fill{BookedMinutes: 4200, OpenMinutes: 2800})
	d := exampleDays()
	return accessView{
		From: d.From, To: d.To, TimeZone: d.TimeZone, Visits: 50,
		LeadTimeMinutes: &lead, CancellationRate: &cancelled, LateCancellationRate: &late, NoShowRate: &missed,
		Ahead:           ahead,
		Specializations: []specializationAccessView{{SpecializationID: 3, Doctors: 1, ThirdNextAvailableDays: &mean}},
		Doctors: []doctorAccessView{{DoctorID: exampleID(1), FullName: "Dr Amara Okafor", SpecializationID: 3,
			ThirdNextAvailableDays: &days, Ahead: ahead}},
	}
}
