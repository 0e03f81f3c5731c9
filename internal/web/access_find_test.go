package web_test

func findRows() map[string]accessRow {
	return map[string]accessRow{
		"GET /{$}": {want: everybody},
	}
}
