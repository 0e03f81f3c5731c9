package ui

// IconName is one of our own icons, drawn on a grid of 24.
type IconName string

// The icons.
const (
	IconAlert    IconName = "alert"
	IconArrowIn  IconName = "arrow-in" // to sign in, to come in
	IconBack     IconName = "back"
	IconBell     IconName = "bell"
	IconBlock    IconName = "block"
	IconCalendar IconName = "calendar"
	IconChart    IconName = "chart"
	IconCheck    IconName = "check"
	IconClock    IconName = "clock"
	IconClose    IconName = "close"
	IconCopy     IconName = "copy"
	IconDone     IconName = "done"
	IconDown     IconName = "down"
	IconDownload IconName = "download"
	IconEdit     IconName = "edit"
	IconFilter   IconName = "filter"
	IconForward  IconName = "forward"
	IconGlobe    IconName = "globe"
	IconHeart    IconName = "heart"
	IconHome     IconName = "home"
	IconInfo     IconName = "info"
	IconKey      IconName = "key"
	IconList     IconName = "list"
	IconLock     IconName = "lock"
	IconMail     IconName = "mail"
	IconMissed   IconName = "missed"
	IconMore     IconName = "more"
	IconMove     IconName = "move"
	IconNotice   IconName = "notice"
	IconPeople   IconName = "people"
	IconPerson   IconName = "person"
	IconPhone    IconName = "phone"
	IconPin      IconName = "pin"
	IconPlus     IconName = "plus"
	IconPrint    IconName = "print"
	IconSearch   IconName = "search"
	IconSettings IconName = "settings"
	IconShield   IconName = "shield"
	IconStar     IconName = "star"
	IconStarOpen IconName = "star-open"
	IconStop     IconName = "stop"
	IconTrash    IconName = "trash"
	IconUndo     IconName = "undo"
	IconVideo    IconName = "video"
	IconWaiting  IconName = "waiting"
)

// Icons lists all of them.
func Icons() []IconName {
	return []IconName{
		IconAlert, IconArrowIn, IconBack, IconBell, IconBlock, IconCalendar, IconChart, IconCheck, IconClock, IconClose,
		IconCopy, IconDone, IconDown, IconDownload, IconEdit, IconFilter, IconForward, IconGlobe, IconHeart, IconHome,
		IconInfo, IconKey, IconList, IconLock, IconMail, IconMissed, IconMore, IconMove, IconNotice, IconPeople,
		IconPerson, IconPhone, IconPin, IconPlus, IconPrint, IconSearch, IconSettings, IconShield, IconStar, IconStarOpen,
		IconStop, IconTrash, IconUndo, IconVideo, IconWaiting,
	}
}

// starPath is a star with corners that are a little round.
const starPath = "M12 3.2l2.6 5.5 6 .8-4.4 4.2 1.1 6L12 16.8l-5.3 2.9 1.1-6L3.4 9.5l6-.8z"

// path is what an icon is drawn with: strokes, except for the filled star.
func (n IconName) path() string {
	switch n {
	case IconAlert:
		return "M12 3.6 21.4 20H2.6zM12 10v4.6M12 17.3v.2"
	case IconArrowIn:
		return "M10 4h8.5A1.5 1.5 0 0 1 20 5.5v13a1.5 1.5 0 0 1-1.5 1.5H10M4 12h10.5M11 8.2l3.8 3.8L11 15.8"
	case IconBack:
		return "M14.5 5.5 8 12l6.5 6.5"
	case IconBell:
		return "M6.2 16.5c1-1 1.3-2.4 1.3-5.3a4.5 4.5 0 0 1 9 0c0 2.9.3 4.3 1.3 5.3zM10 19.5a2 2 0 0 0 4 0M12 3.8v2.6"
	case IconBlock:
		return "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM6 6l12 12"
	case IconCalendar:
		return "M5.5 5.5h13A1.5 1.5 0 0 1 20 7v11.5a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18.5V7a1.5 1.5 0 0 1 1.5-1.5zM4 10h16M8.5 3.5v4M15.5 3.5v4"
	case IconChart:
		return "M4.5 20h15M7 16.5v-5M12 16.5V5M17 16.5V9"
	case IconCheck:
		return "M5 12.6 9.8 17.4 19.2 7"
	case IconClock:
		return "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5V12l3 2"
	case IconClose:
		return "M6 6l12 12M18 6 6 18"
	case IconCopy:
		return "M9.5 8.5h9A1.5 1.5 0 0 1 20 10v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 8 19v-9a1.5 1.5 0 0 1 1.5-1.5zM16 5.5V5a1.5 1.5 0 0 0-1.5-1.5h-9A1.5 1.5 0 0 0 4 5v9a1.5 1.5 0 0 0 1.5 1.5"
	case IconDone:
		return "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM8 12.4l2.8 2.8L16.2 9.2"
	case IconDown:
		return "M5.5 9.5 12 16l6.5-6.5"
	case IconDownload:
		return "M12 4v11M7.5 11 12 15.5 16.5 11M4.5 20h15"
	case IconEdit:
		return "M4.5 19.5l.8-4L15.8 5a2 2 0 0 1 2.8 0l.4.4a2 2 0 0 1 0 2.8L8.5 18.7zM14 7l3 3"
	case IconFilter:
		return "M4 7h16M7 12h10M10 17h4"
	case IconForward:
		return "M9.5 5.5 16 12l-6.5 6.5"
	case IconGlobe:
		return "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM3.8 12h16.4M12 3.5c2.3 2.4 3.4 5.2 3.4 8.5s-1.1 6.1-3.4 8.5c-2.3-2.4-3.4-5.2-3.4-8.5s1.1-6.1 3.4-8.5z"
	case IconHeart:
		return "M12 19.5C7 16 4 13 4 9.4A4.3 4.3 0 0 1 12 7.2a4.3 4.3 0 0 1 8 2.2C20 13 17 16 12 19.5z"
	case IconHome:
		return "M4 11.5 12 4.5l8 7M6 10v9.5h12V10M10 19.5v-5h4v5"
	case IconInfo:
		return "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 11v5.2M12 7.7v.2"
	case IconKey:
		return "M8 11.5a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM11 12.7 19.5 4.2M16.5 7.2l2.5 2.5M14 9.7l1.6 1.6"
	case IconList:
		return "M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5h.2M4.5 12h.2M4.5 17.5h.2"
	case IconLock:
		return "M6.5 10.5h11A1.5 1.5 0 0 1 19 12v7a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 19v-7a1.5 1.5 0 0 1 1.5-1.5zM8 10.5V8a4 4 0 0 1 8 0v2.5M12 14.5v2"
	case IconMail:
		return "M5 5.5h14A1.5 1.5 0 0 1 20.5 7v10a1.5 1.5 0 0 1-1.5 1.5H5A1.5 1.5 0 0 1 3.5 17V7A1.5 1.5 0 0 1 5 5.5zM4 7l8 6 8-6"
	default:
		return n.morePath()
	}
}

// morePath is path from M on.
func (n IconName) morePath() string {
	switch n {
	case IconMissed:
		return "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM8.2 12h7.6"
	case IconMore:
		return "M5.5 11.5a.5.5 0 1 1 0 1 .5.5 0 0 1 0-1zM12 11.5a.5.5 0 1 1 0 1 .5.5 0 0 1 0-1zM18.5 11.5a.5.5 0 1 1 0 1 .5.5 0 0 1 0-1z"
	case IconMove:
		return "M4 8.5h13M13.5 5 17 8.5 13.5 12M20 15.5H7M10.5 12 7 15.5l3.5 3.5"
	case IconNotice:
		return "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 7.5v5.5M12 16.2v.2"
	case IconPeople:
		return "M9 4.8a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8zM2.8 19.5c.4-3.4 2.8-5.3 6.2-5.3s5.8 1.9 6.2 5.3M15.5 5a3.3 3.3 0 0 1 0 6.4M17.5 14.6c2.1.6 3.4 2.3 3.7 4.9"
	case IconPerson:
		return "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.5 20c.5-3.6 3.3-5.5 7.5-5.5s7 1.9 7.5 5.5"
	case IconPhone:
		return "M5.5 4h3l1.6 4.2-2 1.5a12 12 0 0 0 6.2 6.2l1.5-2L20 15.5v3a1.5 1.5 0 0 1-1.7 1.5A16.2 16.2 0 0 1 4 5.7 1.5 1.5 0 0 1 5.5 4z"
	case IconPin:
		return "M12 21c-4.3-4.2-6.5-7.6-6.5-10.6a6.5 6.5 0 0 1 13 0c0 3-2.2 6.4-6.5 10.6zM12 8a2.3 2.3 0 1 1 0 4.6A2.3 2.3 0 0 1 12 8z"
	case IconPlus:
		return "M12 5v14M5 12h14"
	case IconPrint:
		return "M7 8.5v-5h10v5M7 17H4.5A1.5 1.5 0 0 1 3 15.5V10a1.5 1.5 0 0 1 1.5-1.5h15A1.5 1.5 0 0 1 21 10v5.5a1.5 1.5 0 0 1-1.5 1.5H17M7 14h10v6.5H7z"
	case IconSearch:
		return "M10.8 4a6.8 6.8 0 1 1 0 13.6 6.8 6.8 0 0 1 0-13.6zM15.8 15.8l4.7 4.7"
	case IconSettings:
		return "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4zM9 14.8a2.2 2.2 0 1 1 0 4.4 2.2 2.2 0 0 1 0-4.4z"
	case IconShield:
		return "M12 3.5l7 2.6v5.4c0 4.3-2.6 7.3-7 9-4.4-1.7-7-4.7-7-9V6.1zM8.8 11.8l2.4 2.4 4.2-4.6"
	case IconStar, IconStarOpen:
		return starPath
	case IconStop:
		return "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM9 9l6 6M15 9l-6 6"
	case IconTrash:
		return "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.9 12.5h9.2L17.5 7M10.2 10.8v5M13.8 10.8v5"
	case IconUndo:
		return "M8.5 5 4.5 9l4 4M4.5 9h9.5a5.5 5.5 0 0 1 0 11H9"
	case IconVideo:
		return "M4.5 6.5h9A1.5 1.5 0 0 1 15 8v8a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16V8a1.5 1.5 0 0 1 1.5-1.5zM15 10.5l6-3.5v10l-6-3.5"
	case IconWaiting:
		return "M7 3.5h10M7 20.5h10M8 3.5v3.2c0 2.3 4 3.6 4 5.3s-4 3-4 5.3v3.2M16 3.5v3.2c0 2.3-4 3.6-4 5.3s4 3 4 5.3v3.2"
	default:
		return ""
	}
}
