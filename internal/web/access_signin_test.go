package web_test

func signinRows() map[string]accessRow {
	return map[string]accessRow{}
}
