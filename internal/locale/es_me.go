package locale

// spanishMe is what the pages of a person's own account say.
func spanishMe() map[string]string {
	return map[string]string{}
}
