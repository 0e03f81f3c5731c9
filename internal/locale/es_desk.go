package locale

// spanishDesk is what the pages of the front desk and the administration say.
func spanishDesk() map[string]string {
	return map[string]string{}
}
