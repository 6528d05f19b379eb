-- The three rows of "create" and what a chain behind them needs; nothing more.
drop schema if exists floor cascade;
create schema floor;
create table floor.ticket (
    id uuid primary key default uuidv7(), number bigint generated always as identity unique,
    subject text not null, status text not null, priority smallint not null, org uuid not null,
    requester uuid not null, created_at timestamptz not null default now());
create index on floor.ticket (org, id desc);
create index on floor.ticket (status, priority, id desc);
create table floor.message (
    id uuid primary key default uuidv7(), ticket_id uuid not null references floor.ticket,
    body text not null, created_at timestamptz not null default now());
create index on floor.message (ticket_id);
create table floor.outbox (
    id uuid primary key default uuidv7(), subject text not null, payload jsonb not null,
    created_at timestamptz not null default clock_timestamp());
create table floor.inbox (
    id uuid primary key, created_at timestamptz not null,
    handled_at timestamptz not null default clock_timestamp());
create table floor.timer (id uuid primary key default uuidv7(), due_at timestamptz not null);
create index on floor.timer (due_at);
