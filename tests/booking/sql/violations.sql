-- What must never be: each row says in words what is wrong in the tables. No row: inventory and intents agree.
select format('event %s has %s tickets, not %s', e.id, count(t), e.capacity) as violation
from booking.events as e
left join booking.tickets as t on t.event_id = e.id
group by e.id
having count(t) <> e.capacity

union all
select format('ticket %s/%s is %s by %s until %s, its intent %s is %s by %s until %s', t.event_id, t.ticket_no,
              t.status, t.held_by, t.hold_expires_at, i.id, i.status, i.user_id, i.expires_at)
from booking.tickets as t
left join booking.booking_intents as i on i.id = t.intent_id
where t.status <> 'available'
  and (i.event_id, i.user_id, i.status::text) is distinct from
      (t.event_id, t.held_by, case t.status when 'held' then 'pending' else 'confirmed' end)
   or t.status = 'held' and t.hold_expires_at is distinct from i.expires_at

union all
select format('intent %s is %s for %s tickets and has %s', i.id, i.status, i.quantity, count(t))
from booking.booking_intents as i
left join booking.tickets as t on t.intent_id = i.id
group by i.id, i.status, i.quantity
having count(t) <> case when i.status in ('pending', 'confirmed') then i.quantity else 0 end

union all
select format('intent %s: held from %s for %s until %s, confirmed at %s', id, created_at, hold_for, expires_at, confirmed_at)
from booking.booking_intents
where expires_at <> created_at + hold_for or confirmed_at >= expires_at
