package locale

// spanishSignIn is what the pages of signing in, registering and coming back say.
func spanishSignIn() map[string]string {
	return map[string]string{
		"To book, move and cancel your visits.":       "Para pedir, cambiar y cancelar tus citas.",
		"This is a demo clinic":                       "Esta es una clínica de prueba",
		"Sign in as %s. Everybody's password is %s.":  "Entra como %s. La contraseña de todos es %s.",
		"Registering takes a minute.":                 "Registrarse lleva un minuto.",
		"Are you a doctor?":                           "¿Eres médico?",
		"Register your practice":                      "Registra tu consulta",
		"You have signed out.":                        "Has cerrado la sesión.",
		"Registered already?":                         "¿Ya tienes cuenta?",
		"Looking for a doctor?":                       "¿Buscas médico?",
		"Register as a patient":                       "Regístrate como paciente",
		"Register as a doctor":                        "Registrarse como médico",
		"Register and go on to book":                  "Registrarme y seguir con la cita",
		"We are keeping your time while you do this.": "Te guardamos la hora mientras tanto.",
		"Kept until":                                  "Guardada hasta las",
		"Kept":                                        "Guardada",
		"Your time is kept for one more minute.":      "Te guardamos la hora un minuto más.",
		"Still yours if nobody takes it.":             "Sigue siendo tuya si nadie la coge.",

		"Once, and the next visit takes two presses.":                    "Una vez, y la próxima cita son dos toques.",
		"So that the clinic can reach you, such as +34 600 111 222.":     "Para que la clínica pueda localizarte, como +34 600 111 222.",
		"We write about your visits, and nothing else.":                  "Te escribimos sobre tus citas y nada más.",
		"You can sign in with it or with your email.":                    "Puedes entrar con él o con tu correo.",
		"12 characters or more. A few unrelated words are best.":         "12 caracteres o más. Lo mejor son unas palabras sin relación.",
		"We check every licence before patients can find a doctor.":      "Comprobamos cada licencia antes de que los pacientes encuentren a un médico.",
		"Full name, as patients see it":                                  "Nombre completo, como lo ven los pacientes",
		"Licence number":                                                 "Número de colegiado",
		"Years of experience":                                            "Años de experiencia",
		"Time zone of your practice":                                     "Zona horaria de tu consulta",
		"Your hours are kept in it.":                                     "Tu horario se guarda en ella.",
		"About you":                                                      "Sobre ti",
		"Choose one":                                                     "Elige una",
		"Welcome. We'll check your licence; then patients can find you.": "Te damos la bienvenida. Comprobaremos tu licencia; después los pacientes podrán encontrarte.",
	}
}
