package locale

// spanishPractice is what the pages of a doctor's schedule, hours and feedback say.
func spanishPractice() map[string]string {
	return map[string]string{}
}
