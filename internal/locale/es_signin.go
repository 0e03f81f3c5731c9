package locale

// spanishSignIn is what the pages of signing in, registering and coming back say.
func spanishSignIn() map[string]string {
	return map[string]string{}
}
