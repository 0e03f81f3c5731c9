package policy

// Action names something that can be done, by the use case that does it.
type Action string

// The actions, one for each use case.
const (
	Register       Action = "account.register"
	RegisterDoctor Action = "account.register_doctor"
	Login          Action = "session.login"
	Logout         Action = "session.logout"
	ListSessions   Action = "session.list"
	EndSessions    Action = "session.end"
	ChangePassword Action = "account.change_password"
	Unlock         Action = "session.unlock"
	Confirm        Action = "session.confirm"        // prove again to be there
	ResetPassword  Action = "account.reset_password" // without the old one
	VerifyEmail    Action = "account.verify_email"   // with a link that was mailed
	Unsubscribe    Action = "account.unsubscribe"    // with a link that was mailed

	ReadSecondFactor  Action = "second_factor.read"
	WriteSecondFactor Action = "second_factor.write" // authenticator app and recovery codes
	ReadPasskeys      Action = "passkey.read"
	WritePasskeys     Action = "passkey.write"
	ReadNotices       Action = "notice.read"

	ReadCalendarFeed  Action = "calendar_feed.read"
	WriteCalendarFeed Action = "calendar_feed.write"
	FetchCalendarFeed Action = "calendar_feed.fetch" // by a program that has the address
	ReadCalendar      Action = "calendar.read"       // what there is in a feed

	ReadMe        Action = "me.read"
	UpdateMe      Action = "me.update"
	ChangeEmail   Action = "account.change_email" // beside the right to change the person
	ExportMe      Action = "me.export"
	EraseMe       Action = "me.erase"
	ReadAccessLog Action = "me.access_log"

	ListSpecializations  Action = "specialization.list"
	WriteSpecializations Action = "specialization.write"
	ListLocations        Action = "location.list"
	WriteLocations       Action = "location.write"

	SearchDoctors        Action = "doctor.search"
	ReadDoctor           Action = "doctor.read"
	UpdateDoctor         Action = "doctor.update"
	UpdateDoctorStanding Action = "doctor.update_standing" // specialization, licence, years
	VerifyDoctor         Action = "doctor.verify"

	ReadAvailability  Action = "availability.read"
	WriteAvailability Action = "availability.write"
	ReadExtraHours    Action = "extra_hours.read"
	WriteExtraHours   Action = "extra_hours.write"
	ReadTimeOff       Action = "time_off.read"
	WriteTimeOff      Action = "time_off.write"
	ReadVisitTypes    Action = "visit_type.read"
	WriteVisitTypes   Action = "visit_type.write"
	ReadSlots         Action = "slot.read"

	CreateHold          Action = "hold.create"
	CreateAnonymousHold Action = "hold.create_anonymous"
	ReleaseHold         Action = "hold.release"
	ReadHold            Action = "hold.read"      // one's own, or one's browser's
	TakeOverHold        Action = "hold.take_over" // from the browser, on signing in

	BookAppointment     Action = "appointment.book"
	BookAnyTime         Action = "appointment.book_any_time" // off the grid, outside hours, walk-ins
	ListAppointments    Action = "appointment.list"
	ReadAppointment     Action = "appointment.read"
	ReadAgenda          Action = "agenda.read"
	ReadClinicDay       Action = "clinic_day.read" // of all doctors
	ConfirmAppointment  Action = "appointment.confirm"
	CompleteAppointment Action = "appointment.complete"
	MissAppointment     Action = "appointment.no_show"
	CancelAppointment   Action = "appointment.cancel"
	MoveAppointment     Action = "appointment.reschedule"
	UseVisitLink        Action = "appointment.use_link" // that was mailed

	GiveFeedback Action = "feedback.create"
	ReadFeedback Action = "feedback.read"

	ReadPatient      Action = "patient.read"
	UpdatePatient    Action = "patient.update"
	ReadProxies      Action = "proxy.read"
	WriteProxies     Action = "proxy.write"
	MakeProxy        Action = "proxy.make"  // let somebody act at once, without an invitation
	LeaveProxy       Action = "proxy.leave" // end that one acts for somebody
	AnswerInvitation Action = "proxy.answer_invitation"
	CreateDependant  Action = "patient.create_dependant" // somebody the caller cares for

	ListUsers        Action = "user.list"
	ListPatients     Action = "user.list_patients"
	ListOwnPatients  Action = "user.list_own_patients" // those that a doctor may read
	WriteUser        Action = "user.write"             // anybody's account
	WritePatientUser Action = "user.write_patient"
	EraseUser        Action = "user.erase"
	MakeStaff        Action = "user.make_staff" // also: give another staff level
	IssueResetLink   Action = "user.reset_link"

	ReadAuditLogs Action = "audit.read"
	ReadAnalytics Action = "analytics.read"
	ReadToday     Action = "analytics.today" // the clinic's numbers of the day
	ReadSystem    Action = "system.read"     // how the installation is doing
	RetryJob      Action = "system.retry_job"
	ReadMails     Action = "mail.read"          // what was sent to people, or is kept
	RetryAddress  Action = "mail.retry_address" // that a mail server refused

	ChooseLanguage Action = "page.language"
	SeeDesign      Action = "page.design" // the components of the pages, in a demo
)

// rule is a row of the access table: who may, who may not but may know that it
// is there (403 rather than 404), and what it is called. Without a name there is
// nothing to hide.
type rule struct {
	may  Relation
	sees Relation
	what string

	recent bool // asks for the password again when it was given long ago: see CheckRecent
	always bool // also for somebody whose second factor is overdue
}

// table is the one place that decides who may do what.
var table = map[Action]rule{
	Register:       {may: Anyone, always: true},
	RegisterDoctor: {may: Anyone, always: true},
	Login:          {may: Anyone, always: true},
	Logout:         {may: SignedIn, always: true},
	ListSessions:   {may: SignedIn, always: true},
	EndSessions:    {may: SignedIn, always: true},
	ChangePassword: {may: SignedIn, always: true}, // asks for the password itself
	Unlock:         {may: Anyone, always: true},
	Confirm:        {may: SignedIn, always: true},
	ResetPassword:  {may: Anyone, always: true},
	VerifyEmail:    {may: Anyone, always: true},
	Unsubscribe:    {may: Anyone, always: true},

	ReadSecondFactor:  {may: SignedIn, always: true},
	WriteSecondFactor: {may: SignedIn, always: true, recent: true},
	ReadPasskeys:      {may: SignedIn, always: true},
	WritePasskeys:     {may: SignedIn, always: true, recent: true},
	ReadNotices:       {may: SignedIn, always: true},

	ReadCalendarFeed:  {may: Patient | Doctor},
	WriteCalendarFeed: {may: Patient | Doctor, recent: true},
	FetchCalendarFeed: {may: Anyone, what: "calendar"},
	ReadCalendar:      {may: Patient | Doctor},

	ReadMe:        {may: SignedIn, always: true},
	UpdateMe:      {may: SignedIn},
	ChangeEmail:   {may: SignedIn, recent: true},
	ExportMe:      {may: SignedIn, recent: true},
	EraseMe:       {may: SignedIn, recent: true},
	ReadAccessLog: {may: SignedIn},

	ListSpecializations:  {may: Anyone},
	WriteSpecializations: {may: Full},
	ListLocations:        {may: Anyone},
	WriteLocations:       {may: Full},

	SearchDoctors:        {may: Anyone},
	ReadDoctor:           {may: Anyone},
	UpdateDoctor:         {may: ItsDoctor | Staff},
	UpdateDoctorStanding: {may: Full},
	VerifyDoctor:         {may: Full},

	ReadAvailability:  {may: Anyone},
	WriteAvailability: {may: ItsDoctor | Staff},
	ReadExtraHours:    {may: Anyone},
	WriteExtraHours:   {may: ItsDoctor | Staff},
	ReadTimeOff:       {may: ItsDoctor | Staff},
	WriteTimeOff:      {may: ItsDoctor | Staff},
	ReadVisitTypes:    {may: Anyone},
	WriteVisitTypes:   {may: ItsDoctor | Staff},
	ReadSlots:         {may: Anyone},

	CreateHold:          {may: Patient},
	CreateAnonymousHold: {may: Anyone},
	ReleaseHold:         {may: Self, what: "hold"},
	ReadHold:            {may: Anyone},
	TakeOverHold:        {may: SignedIn},

	BookAppointment:     {may: Self | Proxy | ItsDoctor | Staff, what: "patient"},
	BookAnyTime:         {may: ItsDoctor | Staff},
	ListAppointments:    {may: SignedIn},
	ReadAppointment:     {may: Self | Proxy | ItsDoctor | Staff, what: "appointment"},
	ReadAgenda:          {may: ItsDoctor | Staff},
	ReadClinicDay:       {may: Staff},
	ConfirmAppointment:  {may: ItsDoctor | Staff, sees: Self | Proxy, what: "appointment"},
	CompleteAppointment: {may: ItsDoctor | Staff, sees: Self | Proxy, what: "appointment"},
	MissAppointment:     {may: ItsDoctor | Staff, sees: Self | Proxy, what: "appointment"},
	CancelAppointment:   {may: Self | Proxy | ItsDoctor | Staff, what: "appointment"},
	MoveAppointment:     {may: Self | Proxy | ItsDoctor | Staff, what: "appointment"},
	UseVisitLink:        {may: Anyone, always: true},

	GiveFeedback: {may: Self, sees: Proxy | ItsDoctor | Staff, what: "appointment"},
	ReadFeedback: {may: Anyone},

	ReadPatient:      {may: Self | Proxy | KnowsPatient | Staff, what: "patient"},
	UpdatePatient:    {may: Self | Proxy | Staff, sees: KnowsPatient, what: "patient"},
	ReadProxies:      {may: Self | Proxy | Staff, sees: KnowsPatient, what: "patient"},
	WriteProxies:     {may: Self | Staff, sees: Proxy | KnowsPatient, what: "patient"},
	MakeProxy:        {may: Staff, sees: Self | Proxy | KnowsPatient, what: "patient"},
	AnswerInvitation: {may: SignedIn},
	LeaveProxy:       {may: Proxy | Self | Staff, sees: KnowsPatient, what: "patient"},
	CreateDependant:  {may: Patient},

	ListUsers:        {may: Full},
	ListPatients:     {may: Staff},
	ListOwnPatients:  {may: Doctor},
	WriteUser:        {may: Full},
	WritePatientUser: {may: Staff},
	EraseUser:        {may: Full, recent: true},
	MakeStaff:        {may: Full, recent: true},
	IssueResetLink:   {may: Full, recent: true},

	ReadAuditLogs: {may: Full},
	ReadAnalytics: {may: Full | ItsDoctor},
	ReadToday:     {may: Staff},
	ReadSystem:    {may: Full},
	RetryJob:      {may: Full},
	ReadMails:     {may: Full},
	RetryAddress:  {may: Staff},

	ChooseLanguage: {may: Anyone},
	SeeDesign:      {may: Anyone},
}
