package account_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
)

func TestWhoReadsAPatient(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, proxy, now := p.patient(), p.patient(), p.clock.Now()
		_, err := p.AddProxy(t.Context(), p.owner, ana.UserID, account.NewProxy{UserID: &proxy.UserID, Relation: "sister"})
		p.must(err)
		with := func(at time.Time, status turno.Status) policy.Caller {
			doctor := p.doctor()
			p.visit(ana, doctor, at, status, "")
			return doctor
		}
		month := 30 * 24 * time.Hour
		for _, test := range []struct {
			name   string
			caller policy.Caller
			code   string // empty: may
			noted  bool
		}{
			{"the patient, which nobody notes", ana, "", false},
			{"a proxy, which nobody notes", proxy, "", false},
			{"the front desk, which is noted", p.desk(), "", true},
			{"full staff, which is noted", p.owner, "", true},
			{"a doctor with a visit to come, which is noted", with(now.Add(month), turno.StatusPending), "", true},
			{"a doctor with a visit 23 months ago, which is noted", with(now.Add(-23*month), turno.StatusCompleted), "", true},
			{"no doctor whose visit was 25 months ago", with(now.Add(-25*month), turno.StatusCompleted), turno.CodeNotFound, false},
			{"no doctor whose visit was cancelled", with(now.Add(2*month), turno.StatusCancelled), turno.CodeNotFound, false},
			{"no other doctor", p.doctor(), turno.CodeNotFound, false},
			{"no other patient", p.patient(), turno.CodeNotFound, false},
			{"nobody who has not signed in", policy.Caller{}, turno.CodeUnauthenticated, false},
		} {
			t.Run(test.name, func(t *testing.T) {
				before := len(p.trail(ana.UserID))
				for range 2 { // twice within the hour is noted once
					patient, err := p.Patient(t.Context(), test.caller, ana.UserID)
					if test.code != "" {
						wantCode(t, err, test.code)
						continue
					}
					p.must(err)
					if patient.ID != ana.UserID || patient.Password != "" {
						t.Errorf("read %+v", patient)
					}
				}
				noted := len(p.trail(ana.UserID)) - before
				if test.noted && noted != 1 || !test.noted && noted != 0 {
					t.Errorf("noted %d times", noted)
				}
			})
		}
		t.Run("a doctor who may read may not write", func(t *testing.T) {
			doctor := with(now.Add(3*month), turno.StatusConfirmed)
			_, err := p.UpdatePatient(t.Context(), doctor, ana.UserID, account.Patch{FullName: new("X")})
			wantCode(t, err, turno.CodeForbidden)
			_, err = p.UpdatePatient(t.Context(), p.doctor(), ana.UserID, account.Patch{FullName: new("X")})
			wantCode(t, err, turno.CodeNotFound)
		})
		t.Run("a proxy writes, but changes no email", func(t *testing.T) {
			patient, err := p.UpdatePatient(t.Context(), proxy, ana.UserID, account.Patch{ContactNumber: new("+34 699 999 999"), Email: new("thief@example.org")})
			p.must(err)
			if patient.ContactNumber != "+34699999999" || patient.Email == "thief@example.org" {
				t.Errorf("the patient is %+v", patient)
			}
		})
		t.Run("staff are told that there is no such patient", func(t *testing.T) {
			_, err := p.Patient(t.Context(), p.owner, uuid.New())
			wantCode(t, err, turno.CodeNotFound)
		})
	})
}

func TestProxies(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana, sister := p.patient(), p.patient()
		me, err := p.Me(t.Context(), sister)
		p.must(err)
		t.Run("are named by username and seen without their name", func(t *testing.T) {
			proxy, err := p.AddProxy(t.Context(), p.owner, ana.UserID, account.NewProxy{Username: me.Username, Relation: " sister "})
			p.must(err)
			want := account.Proxy{
				Proxy:    turno.Proxy{PatientID: ana.UserID, ProxyUserID: sister.UserID, Relation: "sister", CreatedAt: p.clock.Now()},
				Username: me.Username, FullName: me.FullName,
			}
			if diff := cmp.Diff(want, proxy); diff != "" {
				t.Errorf("the proxy (-want +got):\n%s", diff)
			}
			want.FullName = ""
			listed, err := p.Proxies(t.Context(), ana, ana.UserID)
			p.must(err)
			if diff := cmp.Diff([]account.Proxy{want}, listed); diff != "" {
				t.Errorf("the proxies (-want +got):\n%s", diff)
			}
			byStaff, err := p.Proxies(t.Context(), p.desk(), ana.UserID)
			p.must(err)
			if byStaff[0].FullName != me.FullName {
				t.Errorf("staff see %+v", byStaff[0])
			}
		})
		t.Run("nobody but staff adds one unasked", func(t *testing.T) {
			_, err := p.AddProxy(t.Context(), ana, ana.UserID, account.NewProxy{Username: me.Username, Relation: "x"})
			wantCode(t, err, turno.CodeForbidden)
		})
		t.Run("a proxy adds no other and ends no other", func(t *testing.T) {
			_, err := p.AddProxy(t.Context(), sister, ana.UserID, account.NewProxy{Username: me.Username, Relation: "x"})
			wantCode(t, err, turno.CodeForbidden)
			wantCode(t, p.EndProxy(t.Context(), sister, ana.UserID, ana.UserID), turno.CodeForbidden)
		})
		for name, in := range map[string]account.NewProxy{
			"an unknown username": {Username: "nobody", Relation: "x"},
			"an unknown id":       {UserID: new(uuid.New()), Relation: "x"},
			"oneself":             {UserID: &ana.UserID, Relation: "x"},
			"no relation":         {Username: me.Username},
			"an end in the past":  {Username: me.Username, Relation: "x", EndsAt: new(p.clock.Now())},
			"nobody":              {Relation: "x"},
		} {
			t.Run("refuses "+name, func(t *testing.T) {
				_, err := p.AddProxy(t.Context(), p.owner, ana.UserID, in)
				wantCode(t, err, turno.CodeInvalid)
			})
		}
		t.Run("act no more once ended, and again once added", func(t *testing.T) {
			p.must(p.EndProxy(t.Context(), ana, ana.UserID, sister.UserID))
			_, err := p.Patient(t.Context(), sister, ana.UserID)
			wantCode(t, err, turno.CodeNotFound)
			wantCode(t, p.EndProxy(t.Context(), ana, ana.UserID, sister.UserID), turno.CodeNotFound)
			_, err = p.AddProxy(t.Context(), p.owner, ana.UserID, account.NewProxy{UserID: &sister.UserID, Relation: "sister", EndsAt: new(p.clock.Now().Add(time.Hour))})
			p.must(err)
			_, err = p.Patient(t.Context(), sister, ana.UserID)
			p.must(err)
			p.clock.Advance(time.Hour)
			_, err = p.Patient(t.Context(), sister, ana.UserID)
			wantCode(t, err, turno.CodeNotFound)
		})
	})
}

func TestDependants(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		ana := p.patient()
		in := account.NewDependant{FullName: "Leo Pérez", DateOfBirth: turno.Date{Year: 2020, Month: 6, Day: 1}, Relation: "mother"}
		leo, err := p.CreateDependant(t.Context(), ana, in)
		p.must(err)
		t.Run("are patients whom the carer acts for", func(t *testing.T) {
			read, err := p.Patient(t.Context(), ana, leo.ID)
			p.must(err)
			if read.Email != turno.NoMailAddress(leo.ID) || read.FullName != "Leo Pérez" {
				t.Errorf("the dependant is %+v", read)
			}
			listed, err := p.Dependants(t.Context(), ana)
			p.must(err)
			if diff := cmp.Diff([]turno.Patient{leo}, listed); diff != "" {
				t.Errorf("the dependants (-want +got):\n%s", diff)
			}
		})
		t.Run("are made by patients only", func(t *testing.T) {
			_, err := p.CreateDependant(t.Context(), p.doctor(), in)
			wantCode(t, err, turno.CodeForbidden)
		})
		t.Run("are made once, however often the form is sent", func(t *testing.T) {
			again, err := p.CreateDependant(t.Context(), ana, in)
			p.must(err)
			if again.ID != leo.ID {
				t.Errorf("asked twice, there are %s and %s", leo.ID, again.ID)
			}
		})
		t.Run("are at most twenty", func(t *testing.T) {
			for i := range 19 {
				in.DateOfBirth.Day = i + 2
				_, err := p.CreateDependant(t.Context(), ana, in)
				p.must(err)
			}
			in.DateOfBirth.Day = 30
			_, err := p.CreateDependant(t.Context(), ana, in)
			wantCode(t, err, turno.CodeConflict)
		})
	})
}
