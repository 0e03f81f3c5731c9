package locale

// spanishVisits is what the pages of booking and what people do with a visit say.
func spanishVisits() map[string]string {
	return map[string]string{}
}
