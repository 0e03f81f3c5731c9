package signin

import (
	"github.com/turno-health/turno/internal/policy"
	"github.com/turno-health/turno/internal/web/page"
)

// Routes is every page of this room and what its forms do.
func Routes() []page.Route {
	return []page.Route{
		{Pattern: "GET /login", Action: policy.Login, Handler: showLogin},
		{Pattern: "POST /login", Action: policy.Login, Handler: login},
		{Pattern: "POST /logout", Action: policy.Login, Handler: logout}, // also of a session that is over
		{Pattern: "GET /register", Action: policy.Register, Handler: showRegister},
		{Pattern: "POST /register", Action: policy.Register, Handler: register},
		{Pattern: "GET /register/doctor", Action: policy.RegisterDoctor, Handler: showRegisterDoctor},
		{Pattern: "POST /register/doctor", Action: policy.RegisterDoctor, Handler: registerDoctor},
	}
}
