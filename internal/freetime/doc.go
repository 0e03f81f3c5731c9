// Package freetime keeps in memory when every doctor whom patients can find is
// open, so that neither a search for the soonest visits nor a list of open times
// reads calendars.
//
// It owns that memory, the order in it, and following what the database says has
// changed, on this node and on others. It only advises: the database decides at
// booking. What is open it never works out itself, package schedule does. It must
// never know who searches, or what else there is to say about a doctor.
package freetime
