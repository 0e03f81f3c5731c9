// Package practice is where a doctor works: the schedule, the hours, time off, feedback.
package practice
