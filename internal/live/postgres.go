package live

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// channel is where the nodes of one PostgreSQL talk. A message is the sender's
// name and, after a colon, what changed: ids of doctors separated by commas (the
// nil id: the clinic), or everything.
const channel = "turno_live"

const (
	everything   = "*"
	idsInMessage = 200  // so that a message stays below PostgreSQL's 8,000 bytes
	idsAtOnce    = 2000 // more are "everything"

	sendTimeout  = 5 * time.Second
	firstBackoff = 100 * time.Millisecond
	lastBackoff  = 10 * time.Second
)

// outbox is what the other nodes have still to be told.
type outbox struct {
	mu   sync.Mutex
	ids  map[uuid.UUID]bool
	all  bool
	rung chan struct{}
}

func newOutbox() outbox { return outbox{ids: map[uuid.UUID]bool{}, rung: make(chan struct{}, 1)} }

func (o *outbox) add(id uuid.UUID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.all {
		o.ids[id] = true
	}
	if len(o.ids) > idsAtOnce {
		o.all = true
		clear(o.ids)
	}
	o.ring()
}

// everything makes the other nodes look at everything: something was not sent.
func (o *outbox) everything() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = true
	clear(o.ids)
	o.ring()
}

func (o *outbox) ring() {
	select {
	case o.rung <- struct{}{}:
	default:
	}
}

// take empties the outbox into messages.
func (o *outbox) take(sender string) (messages []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all {
		o.all = false
		return []string{sender + ":" + everything}
	}
	var ids []string
	for id := range o.ids {
		if ids = append(ids, id.String()); len(ids) == idsInMessage {
			messages = append(messages, sender+":"+strings.Join(ids, ","))
			ids = nil
		}
	}
	if len(ids) > 0 {
		messages = append(messages, sender+":"+strings.Join(ids, ","))
	}
	clear(o.ids)
	return messages
}

// tellOthers sends what changed on this node to the others, the first at once and
// then once in a gap: many changes are one message. It owns all sending, so nobody
// who books ever waits for it.
func (h *Hub) tellOthers(ctx context.Context) {
	for backoff := h.config.Gap; ; {
		select {
		case <-h.outgoing.rung:
		case <-ctx.Done():
		}
		sent := h.send(context.WithoutCancel(ctx)) // also the last changes of a node that stops
		if ctx.Err() != nil {
			return
		}
		if sent {
			backoff = h.config.Gap
		} else {
			backoff = min(2*backoff, lastBackoff)
		}
		wait(ctx, backoff)
	}
}

// send empties the outbox. What could not be sent may have been sent in part, and
// others may come to it until the next attempt: so that will say everything.
func (h *Hub) send(ctx context.Context) bool {
	messages := h.outgoing.take(h.name)
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	err := h.db.Notify(ctx, channel, messages...)
	if err != nil {
		h.config.Logger.WarnContext(ctx, "the other nodes could not be told of changes; trying again", "error", err)
		h.outgoing.everything()
	}
	return err == nil
}

// listen hears what the other nodes say, and connects again when the connection is
// lost. Whatever was said meanwhile is made up for by looking at everything.
func (h *Hub) listen(ctx context.Context) {
	backoff := firstBackoff
	for ctx.Err() == nil {
		err := h.db.Listen(ctx, channel, func() {
			backoff = firstBackoff
			h.config.Heard()
			h.tellAll()
		}, h.hear)
		if ctx.Err() == nil {
			h.config.Logger.WarnContext(ctx, "the connection to hear of other nodes was lost; connecting again", "error", err)
			wait(ctx, backoff)
			backoff = min(2*backoff, lastBackoff)
		}
	}
}

func (h *Hub) hear(message string) {
	sender, what, _ := strings.Cut(message, ":")
	if sender == h.name { // its pages have been told
		return
	}
	h.config.Heard()
	switch what {
	case everything:
		h.tellAll()
	default:
		for text := range strings.SplitSeq(what, ",") {
			if id, err := uuid.Parse(text); err == nil {
				h.tell(id)
			}
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
