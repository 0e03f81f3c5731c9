package web_test

func practiceRows() map[string]accessRow {
	return map[string]accessRow{}
}
