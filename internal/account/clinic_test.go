package account_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/turno-health/turno"
	"github.com/turno-health/turno/internal/account"
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/sqldb"
)

func TestSpecializations(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		skin, err := p.CreateSpecialization(t.Context(), p.owner, " Dermatology ")
		p.must(err)
		heart, err := p.CreateSpecialization(t.Context(), p.owner, "Cardiology")
		p.must(err)
		t.Run("are listed by name for anyone", func(t *testing.T) {
			all, err := p.Specializations(t.Context(), policy.Caller{})
			p.must(err)
			want := []turno.Specialization{{ID: heart.ID, Name: "Cardiology"}, {ID: skin.ID, Name: "Dermatology"}}
			if diff := cmp.Diff(want, all); diff != "" {
				t.Errorf("the list (-want +got):\n%s", diff)
			}
		})
		t.Run("have different names", func(t *testing.T) {
			_, err := p.CreateSpecialization(t.Context(), p.owner, "Cardiology")
			wantCode(t, err, turno.CodeConflict)
			_, err = p.RenameSpecialization(t.Context(), p.owner, skin.ID, "Cardiology")
			wantCode(t, err, turno.CodeConflict)
		})
		t.Run("which another case does not make different", func(t *testing.T) {
			_, err := p.CreateSpecialization(t.Context(), p.owner, "CARDIOLOGY")
			wantCode(t, err, turno.CodeConflict)
			_, err = p.RenameSpecialization(t.Context(), p.owner, skin.ID, "cardiology")
			wantCode(t, err, turno.CodeConflict)
		})
		t.Run("and are written another way", func(t *testing.T) {
			renamed, err := p.RenameSpecialization(t.Context(), p.owner, skin.ID, "DERMATOLOGY")
			p.must(err)
			if renamed.Name != "DERMATOLOGY" {
				t.Errorf("renamed to %q", renamed.Name)
			}
		})
		t.Run("are changed and deleted by full staff only", func(t *testing.T) {
			_, err := p.CreateSpecialization(t.Context(), p.desk(), "Surgery")
			wantCode(t, err, turno.CodeForbidden)
			renamed, err := p.RenameSpecialization(t.Context(), p.owner, skin.ID, "Skin")
			p.must(err)
			if renamed.Name != "Skin" {
				t.Errorf("renamed to %q", renamed.Name)
			}
			p.must(p.DeleteSpecialization(t.Context(), p.owner, skin.ID))
			wantCode(t, p.DeleteSpecialization(t.Context(), p.owner, skin.ID), turno.CodeNotFound)
			_, err = p.RenameSpecialization(t.Context(), p.owner, skin.ID, "Skin")
			wantCode(t, err, turno.CodeNotFound)
		})
		t.Run("stay while a doctor has them", func(t *testing.T) {
			in := p.newDoctor()
			in.SpecializationID = heart.ID
			_, err := p.RegisterDoctor(t.Context(), policy.Caller{}, in)
			p.must(err)
			wantCode(t, p.DeleteSpecialization(t.Context(), p.owner, heart.ID), turno.CodeInUse)
		})
	})
}

func TestLocations(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, p *people) {
		t.Run("a fresh database is given one, once", func(t *testing.T) {
			var nodes sync.WaitGroup
			for range 4 {
				nodes.Go(func() {
					if err := p.EnsureFirstLocation(t.Context(), turno.Location{Name: "Clinic", TimeZone: "Europe/Madrid"}); err != nil {
						t.Error(err)
					}
				})
			}
			nodes.Wait()
			all, err := p.Locations(t.Context(), policy.Caller{})
			p.must(err)
			if len(all) != 1 {
				t.Errorf("there are %d locations", len(all))
			}
		})
		added, err := p.CreateLocation(t.Context(), p.owner, turno.Location{Name: "Branch", Country: "gb", TimeZone: "Europe/London"})
		p.must(err)
		t.Run("full staff change them", func(t *testing.T) {
			changed, err := p.UpdateLocation(t.Context(), p.owner, added.ID, account.LocationPatch{City: new("Leeds"), Phone: new("+44 113 000000")})
			p.must(err)
			want := turno.Location{ID: added.ID, Name: "Branch", Country: "GB", TimeZone: "Europe/London", City: "Leeds", Phone: "+44 113 000000"}
			if diff := cmp.Diff(want, changed); diff != "" {
				t.Errorf("the location (-want +got):\n%s", diff)
			}
			_, err = p.UpdateLocation(t.Context(), p.desk(), added.ID, account.LocationPatch{City: new("York")})
			wantCode(t, err, turno.CodeForbidden)
			_, err = p.UpdateLocation(t.Context(), p.owner, uuid.New(), account.LocationPatch{City: new("York")})
			wantCode(t, err, turno.CodeNotFound)
		})
		t.Run("of one name and address are one, however often a form is sent at once", func(t *testing.T) {
			var sent sync.WaitGroup
			made := make([]error, 3)
			for i := range made {
				sent.Go(func() {
					_, made[i] = p.CreateLocation(t.Context(), p.owner, turno.Location{Name: "Annex", AddressLine1: "Calle Mayor 1", City: "Madrid", TimeZone: "Europe/Madrid"})
				})
			}
			sent.Wait()
			refused := 0
			for _, err := range made {
				if err != nil {
					refused++
					wantCode(t, err, turno.CodeConflict)
					if diff := cmp.Diff([]string{"body.name"}, fieldsOf(err)); diff != "" {
						t.Errorf("the fields (-want +got):\n%s", diff)
					}
				}
			}
			if refused != 2 {
				t.Errorf("%d of 3 were refused: %v", refused, made)
			}
			_, err := p.CreateLocation(t.Context(), p.owner, turno.Location{Name: "ANNEX", AddressLine1: "calle mayor 1", City: "MADRID", TimeZone: "UTC"})
			wantCode(t, err, turno.CodeConflict)
			_, err = p.UpdateLocation(t.Context(), p.owner, added.ID, account.LocationPatch{Name: new("annex"), AddressLine1: new("Calle Mayor 1"), City: new("Madrid"), Country: new("")})
			wantCode(t, err, turno.CodeConflict)
			_, err = p.CreateLocation(t.Context(), p.owner, turno.Location{Name: "Annex", AddressLine1: "Calle Mayor 2", City: "Madrid", TimeZone: "UTC"})
			p.must(err)
		})
		t.Run("go, while nobody needs them and one stays", func(t *testing.T) {
			wantCode(t, p.DeleteLocation(t.Context(), p.desk(), added.ID), turno.CodeForbidden)
			wantCode(t, p.DeleteLocation(t.Context(), p.owner, uuid.New()), turno.CodeNotFound)
			all, err := p.Locations(t.Context(), policy.Caller{})
			p.must(err)
			for _, l := range all[:len(all)-1] {
				p.must(p.DeleteLocation(t.Context(), p.owner, l.ID))
			}
			wantCode(t, p.DeleteLocation(t.Context(), p.owner, all[len(all)-1].ID), turno.CodeInUse)
			deleted := 0
			p.must(p.db.Read(t.Context(), func(tx *sqldb.Tx) error {
				return tx.QueryRow(`SELECT COUNT(*) FROM audit_logs WHERE action_type = 'DELETE' AND entity = 'location' AND action_by = $1`, p.owner.UserID).Scan(&deleted)
			}))
			if deleted != len(all)-1 {
				t.Errorf("the trail has %d deletions of %d", deleted, len(all)-1)
			}
		})
		t.Run("need a name, a zone and a real country", func(t *testing.T) {
			_, err := p.CreateLocation(t.Context(), p.owner, turno.Location{Country: "ESP"})
			if diff := cmp.Diff([]string{"body.name", "body.country", "body.time_zone"}, fieldsOf(err)); diff != "" {
				t.Errorf("the fields (-want +got):\n%s", diff)
			}
		})
	})
}
