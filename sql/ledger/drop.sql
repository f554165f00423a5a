-- Drop all that the migrations made, and what others hung on it; give up rather than wait for somebody who is at work.
set local lock_timeout = '3s';
drop schema booking, booking_sim cascade
