-- What a team would otherwise pick, done well: consents, records under row-level security by a session setting, and an audit
-- row in the transaction of the look. Every access by an index; plans are cached by the function.
create table consents (
  id text primary key,
  holder text not null, holder_ref text not null,
  recipient text not null, recipient_ref text not null,
  purpose int not null, mask int not null,
  state "char" not null, starts timestamptz not null, ends timestamptz not null, version int not null);
create unique index on consents (recipient, recipient_ref, holder, purpose) where state = 'A';
create index on consents (holder, holder_ref);

create table records (
  agency text not null, citizen text not null,
  how_to_meet text, goals text, appointments bytea, daily_life bytea,
  primary key (agency, citizen));
alter table records enable row level security;
create policy own on records using (agency = current_setting('app.agency', true));
create policy consented on records for select using (exists (
  select 1 from consents c
  where c.holder = agency and c.holder_ref = citizen and c.recipient = current_setting('app.agency', true)
    and c.purpose = current_setting('app.purpose', true)::int and c.state = 'A' and now() >= c.starts and now() < c.ends));

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  person text not null, role text not null, recipient text not null, recipient_ref text not null, holder text not null,
  purpose int not null, asked int not null, given int not null, consent text, version int);
create index on audit (recipient, recipient_ref, id);  -- the citizen's story

create function look(p_person text, p_role text, p_agency text, p_ref text, p_holder text, p_purpose int, p_asked int)
returns table (given int, how_to_meet text, goals text, appointments bytea, daily_life bytea) language plpgsql as $$
declare
  c consents;
  g int;
begin
  perform set_config('app.agency', p_agency, true), set_config('app.purpose', p_purpose::text, true);
  select * into c from consents
    where recipient = p_agency and recipient_ref = p_ref and holder = p_holder and purpose = p_purpose and state = 'A'
      and now() >= starts and now() < ends;
  g := coalesce(c.mask & p_asked, 0);
  insert into audit (person, role, recipient, recipient_ref, holder, purpose, asked, given, consent, version)
    values (p_person, p_role, p_agency, p_ref, p_holder, p_purpose, p_asked, g, c.id, c.version);
  if g = 0 then return; end if;
  return query
    select g,
      case when g & 2 <> 0 then r.how_to_meet end,
      case when g & 2048 <> 0 then r.goals end,
      case when g & 512 <> 0 then r.appointments end,
      case when g & 1024 <> 0 then r.daily_life end
    from records r where r.agency = p_holder and r.citizen = c.holder_ref;
end $$;

create role service login;
grant select, insert, update on consents, records to service;
grant insert, select on audit to service;
