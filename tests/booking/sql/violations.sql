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
select format('ticket %s/%s is available with holder %s %s %s', event_id, ticket_no, intent_id, held_by, hold_expires_at)
from booking.tickets
where status = 'available' and num_nonnulls(intent_id, held_by, hold_expires_at) > 0

union all
select format('available ticket %s/%s is not found: returned_no %s, in a claimed block', t.event_id, t.ticket_no, t.returned_no)
from booking.tickets as t
where t.status = 'available' and t.returned_no is distinct from t.ticket_no
  and exists (select from booking.claimed_blocks as c where c.event_id = t.event_id and c.block_no in (0, (t.ticket_no + 255) / 256))

union all
select format('ticket %s/%s is %s and listed as returned', event_id, ticket_no, status)
from booking.tickets
where status <> 'available' and returned_no is not null

union all
select format('request key %s of %s: intent %s, whose own key is %s', coalesce(k.request_key, i.request_key),
              coalesce(k.user_id, i.user_id), k.intent_id, i.request_key)
from booking.request_keys as k
full join (select * from booking.booking_intents where request_key is not null) as i on i.id = k.intent_id
where (k.user_id, k.request_key) is distinct from (i.user_id, i.request_key)

union all
select format('intent %s: held from %s for %s until %s, confirmed at %s', id, created_at, hold_for, expires_at, confirmed_at)
from booking.booking_intents
where expires_at <> created_at + hold_for or confirmed_at >= expires_at
