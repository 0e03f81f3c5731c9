package demo

import "time"

// question counts rows.
type question struct {
	sql  string
	args []any
}

func ask(sql string, args ...any) question { return question{sql, args} }

// impossible are what no row may be.
func impossible(now time.Time) map[string]question {
	kept := now.Add(-busySpan) // busy periods
	overlap := func(who string) question {
		return ask(`
			SELECT count(*)
			  FROM appointments a
			  JOIN appointments b ON b.` + who + ` = a.` + who + ` AND b.id > a.id
			 WHERE a.scheduled_at < b.ends_at
			   AND b.scheduled_at < a.ends_at
			   AND (a.status <> 'cancelled' OR a.cancellation_kind = 'no_show')
			   AND (b.status <> 'cancelled' OR b.cancellation_kind = 'no_show')`)
	}
	return map[string]question{
		"a doctor sees two patients at once": overlap("doctor_id"),
		"a patient is at two visits at once": overlap("patient_id"),
		"a visit is booked after it began":   ask(`SELECT count(*) FROM appointments WHERE created_at > scheduled_at`),
		"something happened in the future":   ask(`SELECT count(*) FROM appointments WHERE created_at > $1 OR updated_at > $1 OR cancelled_at > $1`, now),
		"a visit to come is completed":       ask(`SELECT count(*) FROM appointments WHERE status = 'completed' AND ends_at > $1`, now),
		"a visit to come is missed":          ask(`SELECT count(*) FROM appointments WHERE cancellation_kind = 'no_show' AND ends_at > $1`, now),
		"a cancellation lies outside its time": ask(`
			SELECT count(*) FROM appointments
			 WHERE cancelled_at < created_at
			    OR (cancellation_kind IN ('patient', 'practice') AND cancelled_at >= scheduled_at)
			    OR (cancellation_kind IN ('no_show', 'expired') AND cancelled_at < ends_at)`),
		"a request outlived its time by long": ask(`SELECT count(*) FROM appointments WHERE status = 'pending' AND ends_at < $1`, kept),
		"somebody has more than ten visits open": ask(`
			SELECT count(*) FROM (SELECT patient_id FROM appointments
			                       WHERE status IN ('pending', 'confirmed') AND ends_at > $1
			                       GROUP BY patient_id HAVING count(*) > 10) hoarders`, now),
		"a visit is older than its patient's account": ask(`
			SELECT count(*) FROM appointments a JOIN users u ON u.id = a.patient_id WHERE a.created_at < u.created_at`),
		"a visit is older than its doctor's licence": ask(`
			SELECT count(*) FROM appointments a JOIN doctors d ON d.user_id = a.doctor_id
			 WHERE d.verified_at IS NULL OR a.created_at < d.verified_at`),
		"a visit lies in time off": ask(`
			SELECT count(*) FROM appointments a JOIN time_off o ON o.doctor_id = a.doctor_id
			 WHERE a.scheduled_at < o.ends_at AND o.starts_at < a.ends_at`),
		"a rating came before the visit was over": ask(`
			SELECT count(*) FROM feedback f JOIN appointments a ON a.id = f.appointment_id
			 WHERE f.created_at < a.ends_at OR f.created_at > $1`, now),
		"a doctor's ratings do not add up": ask(`
			SELECT count(*) FROM doctors d
			 WHERE rating_count <> (SELECT count(*) FROM feedback f WHERE f.doctor_id = d.user_id)
			    OR rating_sum <> (SELECT COALESCE(sum(f.rating), 0) FROM feedback f WHERE f.doctor_id = d.user_id)`),
		"an open visit lacks a period": ask(`
			SELECT count(*) FROM appointments a
			 WHERE a.status IN ('pending', 'confirmed')
			   AND a.ends_at > $1
			   AND (SELECT count(*) FROM busy_periods p
			         WHERE p.appointment_id = a.id AND p.starts_at = a.scheduled_at
			           AND p.owner_id IN (a.doctor_id, a.patient_id)) <> 2`, kept),
		"a cancelled visit keeps its time": ask(`
			SELECT count(*) FROM busy_periods p JOIN appointments a ON a.id = p.appointment_id WHERE a.status = 'cancelled'`),
		"a busy period is past": ask(`SELECT count(*) FROM busy_periods WHERE ends_at <= $1`, kept),
		"a child signs in": ask(`
			SELECT count(*) FROM patient_proxies p JOIN users u ON u.id = p.patient_id WHERE u.password <> ''`),
	}
}

// expected are what a clinic worth looking at has.
func expected() map[string]string {
	ofPatient := func(condition string) string {
		return `
			SELECT count(*) FROM appointments a JOIN users u ON u.id = a.patient_id
			 WHERE u.username = 'patient' AND ` + condition
	}
	return map[string]string{
		"visit of the patient to come":      ofPatient(`a.status = 'confirmed'`),
		"visit of the patient to rate":      ofPatient(`a.status = 'completed' AND NOT EXISTS (SELECT 1 FROM feedback f WHERE f.appointment_id = a.id)`),
		"visit that the patient has rated":  ofPatient(`EXISTS (SELECT 1 FROM feedback f WHERE f.appointment_id = a.id)`),
		"child of the patient with a visit": `SELECT count(*) FROM appointments a JOIN patient_proxies p ON p.patient_id = a.patient_id JOIN users u ON u.id = p.proxy_user_id WHERE u.username = 'patient'`,
		"request waiting":                   `SELECT count(*) FROM appointments WHERE status = 'pending'`,
		"unverified doctor":                 `SELECT count(*) FROM doctors WHERE verified_at IS NULL`,
		"missed visit":                      `SELECT count(*) FROM appointments WHERE cancellation_kind = 'no_show'`,
		"cancellation by a patient":         `SELECT count(*) FROM appointments WHERE cancellation_kind = 'patient'`,
		"comment":                           `SELECT count(*) FROM feedback WHERE comments IS NOT NULL`,
		"window kept back":                  `SELECT count(*) FROM availability WHERE release_minutes IS NOT NULL`,
		"time off to come":                  `SELECT count(*) FROM busy_periods WHERE kind = 'time_off'`,
		"trail":                             `SELECT count(*) FROM audit_logs`,
		"front desk":                        `SELECT count(*) FROM users WHERE staff_level = 'desk'`,
	}
}
