// A day at the help desk: every route of the fixture, every socket event, in an order that makes the outcome certain.
// What it has to produce is nowhere written here: the system before the migration says it.

import { POLLING, UPGRADE, WEBSOCKET } from './support/desk.mjs';

// ada sits in three rooms (role_admin, role_supervisor, user_1) and joins ticket_1: she would notice a union that was
// taken apart. nina is in no room that anybody addresses.
const PEOPLE = {
  ada: { id: 1, role: 'admin', transports: UPGRADE },
  sue: { id: 102, role: 'supervisor', transports: WEBSOCKET },
  tom: { id: 103, role: 'technician', transports: POLLING },
  bea: { id: 104, role: 'billing', transports: WEBSOCKET },
  cyd: { id: 2, role: 'customer', transports: POLLING },
  nina: { id: 900, role: 'customer', transports: UPGRADE },
};

const CHAPTERS = [
  strangers, beforeTheOffice, theOfficeArrives, registrations, customers, technicians, tickets, workOnATicket, sockets, endOfATicket,
  invoices, payments, notifications, reports, farewells, pagesAndErrors,
];

export const DAY = { people: PEOPLE, chapters: CHAPTERS };

async function strangers(desk) {
  for (const name of Object.keys(PEOPLE)) await desk.logIn(name);
  const [head, body] = desk.tokens.cyd.split('.');
  const tokens = { empty: {}, bad: { token: 'x' }, forged: { token: `${head}.${body}.AAAA` } };
  for (const [kind, auth] of Object.entries(tokens)) {
    await desk.knock(`${kind} by polling`, POLLING, auth);
    await desk.knock(`${kind} by upgrade`, UPGRADE, auth);
    await desk.knock(`${kind} by websocket`, WEBSOCKET, auth);
  }
}

// A registration tells everybody while nobody of the office is connected.
async function beforeTheOffice(desk) {
  for (const name of ['cyd', 'tom', 'nina', 'bea']) await desk.connect(name);
  await desk.call(null, 'POST', '/api/registrations', { name: 'Rex', plan: 'fiber' });
}

async function theOfficeArrives(desk) {
  await desk.connect('sue');
  await desk.call(null, 'POST', '/api/registrations', { name: 'Rob', email: 'rob@example.org' });
  await desk.connect('ada');
  await desk.call(null, 'POST', '/api/registrations', { name: 'Ron', address: 'Main Street 1' });
  await desk.leave('sue');
  await desk.call(null, 'POST', '/api/registrations', { name: 'Ruth' });
  await desk.connect('sue');
  await desk.call(null, 'POST', '/api/registrations', {});
  for (const name of Object.keys(PEOPLE)) await desk.ask(name, 'whoami');
}

async function registrations(desk) {
  await desk.call('sue', 'GET', '/api/registrations');
  await desk.call('cyd', 'GET', '/api/registrations');
  await desk.call(null, 'GET', '/api/registrations');
  await desk.call('ada', 'POST', '/api/registrations/1/approve');
  await desk.call('ada', 'POST', '/api/registrations/1/approve');
  await desk.call('sue', 'POST', '/api/registrations/2/reject', { reason: 'no line there' });
  await desk.call('sue', 'POST', '/api/registrations/99/reject', { reason: 'who?' });
}

async function customers(desk) {
  await desk.call('bea', 'POST', '/api/customers', { name: 'Cyd', plan: 'basic' });
  await desk.call('bea', 'POST', '/api/customers', { name: 'Dan' });
  await desk.call('bea', 'POST', '/api/customers', {});
  await desk.call('tom', 'POST', '/api/customers', { name: 'Eve' });
  await desk.call('bea', 'GET', '/api/customers');
  await desk.call('sue', 'GET', '/api/customers/2');
  await desk.call('sue', 'GET', '/api/customers/77');
  await desk.call('bea', 'PUT', '/api/customers/2', { email: 'cyd@example.org' });
  await desk.call('bea', 'PUT', '/api/customers/2', { plan: 'gold' });
  await desk.call('bea', 'PUT', '/api/customers/77', { plan: 'gold' });
  await desk.call('bea', 'POST', '/api/customers/2/suspend', { reason: 'unpaid' });
  await desk.call('ada', 'POST', '/api/customers/2/suspend');
  await desk.call('ada', 'POST', '/api/customers/77/suspend');
  await desk.call('sue', 'POST', '/api/customers/2/suspend');
  await desk.call('bea', 'POST', '/api/customers/2/restore');
  await desk.call('bea', 'POST', '/api/customers/77/restore');
  await desk.call('ada', 'DELETE', '/api/customers/3');
  await desk.call('ada', 'DELETE', '/api/customers/3');
}

async function technicians(desk) {
  await desk.call('sue', 'POST', '/api/technicians', { userId: 103, name: 'Tom', area: 'north' });
  await desk.call('ada', 'POST', '/api/technicians', { userId: 105, name: 'Tim' });
  await desk.call('sue', 'POST', '/api/technicians', { name: 'Tam' });
  await desk.call('tom', 'GET', '/api/technicians');
  await desk.call('ada', 'POST', '/api/technicians/roll-call');
  await desk.call('tom', 'PUT', '/api/technicians/1/status', { status: 'available' });
  await desk.call('tom', 'PUT', '/api/technicians/1/status', { status: 'asleep' });
  await desk.call('tom', 'PUT', '/api/technicians/9/status', { status: 'busy' });
  await desk.call('tom', 'POST', '/api/technicians/1/location', { lat: 48.2, lng: 16.37 });
  await desk.call('tom', 'POST', '/api/technicians/1/location', { lat: '48.2' });
  await desk.call('ada', 'POST', '/api/technicians/1/recall');
  await desk.call('ada', 'POST', '/api/technicians/9/recall');
  await desk.call('ada', 'DELETE', '/api/technicians/2');
  desk.writeLog(/roll call/);
}

async function tickets(desk) {
  await desk.call('cyd', 'POST', '/api/tickets', { subject: 'slow', description: 'since Monday' });
  await desk.call('sue', 'POST', '/api/tickets', { subject: 'down', customerId: 1, priority: 'urgent' });
  await desk.call('cyd', 'POST', '/api/tickets', {});
  await desk.call('sue', 'POST', '/api/tickets', { subject: 'whose?' });
  await desk.call('cyd', 'GET', '/api/tickets?status=open');
  await desk.call('sue', 'GET', '/api/tickets');
  await desk.call('cyd', 'GET', '/api/tickets/1');
  await desk.call('cyd', 'GET', '/api/tickets/2');
}

async function workOnATicket(desk) {
  await desk.ask('ada', 'join_ticket', 1);
  await desk.ask('ada', 'join_ticket', 'x');
  await desk.ask('cyd', 'join_ticket', 1);
  await desk.say('bea', 'join_ticket', 1);
  await desk.call('cyd', 'PUT', '/api/tickets/1', { subject: 'very slow' });
  await desk.call('sue', 'POST', '/api/tickets/1/assign', { technicianId: 1 });
  await desk.call('sue', 'POST', '/api/tickets/1/assign', { technicianId: 9 });
  await desk.call('sue', 'POST', '/api/tickets/1/assign');
  await desk.call('sue', 'POST', '/api/tickets/99/assign', { technicianId: 1 });
  await desk.call('sue', 'PUT', '/api/tickets/1', { priority: 'high', description: '' });
  await desk.call('tom', 'PUT', '/api/tickets/1/status', { status: 'waiting' });
  await desk.call('tom', 'PUT', '/api/tickets/1/status', { status: 'lost' });
  await desk.call('cyd', 'PUT', '/api/tickets/1/status', { status: 'closed' });
  await desk.call('cyd', 'POST', '/api/tickets/1/comments', { text: 'any news?' });
  await desk.call('ada', 'POST', '/api/tickets/1/comments', { text: 'soon' });
  await desk.call('tom', 'POST', '/api/tickets/1/comments', {});
  await desk.call('tom', 'POST', '/api/tickets/1/escalate', { reason: 'cable' });
  await desk.call('sue', 'POST', '/api/tickets/1/escalate');
  await desk.call('tom', 'POST', '/api/tickets/99/escalate');
}

async function sockets(desk) {
  await desk.say('cyd', 'typing', { ticketId: 1, typing: true });
  await desk.say('ada', 'typing', { ticketId: 1 });
  await desk.say('cyd', 'typing', {});
  await desk.say('sue', 'ticket_update', { ticketId: 1, subject: 'editing' });
  await desk.say('ada', 'ticket_update', { ticketId: 1, subject: 'editing, too' });
  await desk.say('cyd', 'ticket_update', { ticketId: 1, subject: 'not allowed' });
  await desk.ask('tom', 'technician_status', { status: 'on_site' });
  await desk.ask('tom', 'technician_status', {});
  await desk.ask('cyd', 'technician_status', { status: 'on_site' });
  await desk.ask('ada', 'system_alert', { level: 'warning', message: 'maintenance' });
  await desk.ask('ada', 'system_alert', { message: 'over' });
  await desk.ask('cyd', 'system_alert', { message: 'not allowed' });
  await desk.ask('sue', 'authenticate', { token: desk.tokens.sue });
  await desk.ask('sue', 'authenticate', { token: desk.tokens.ada });
  await desk.ask('sue', 'authenticate', null);
}

async function endOfATicket(desk) {
  await desk.call('tom', 'PUT', '/api/tickets/1/status', { status: 'closed' });
  await desk.ask('cyd', 'leave_ticket', 1);
  await desk.say('bea', 'leave_ticket', 1);
  await desk.call('tom', 'PUT', '/api/tickets/1/status', { status: 'open' });
  await desk.call('ada', 'DELETE', '/api/tickets/2');
  await desk.call('ada', 'DELETE', '/api/tickets/2');
}

async function invoices(desk) {
  await desk.call('bea', 'POST', '/api/invoices', { customerId: 2, amount: 40, period: '2024-05' });
  await desk.call('bea', 'POST', '/api/invoices', { customerId: 1, amount: 10 });
  await desk.call('bea', 'POST', '/api/invoices', { customerId: 1 });
  await desk.call('bea', 'PUT', '/api/invoices/1', { amount: 45.5 });
  await desk.call('bea', 'PUT', '/api/invoices/99', { amount: 45 });
  await desk.call('bea', 'POST', '/api/invoices/remind');
  await desk.call('cyd', 'GET', '/api/invoices');
  await desk.call('cyd', 'GET', '/api/invoices/1');
  await desk.call('cyd', 'GET', '/api/invoices/2');
}

async function payments(desk) {
  await desk.call('bea', 'POST', '/api/payments', { invoiceId: 1, amount: 45.5, method: 'card' });
  await desk.call('bea', 'POST', '/api/payments', { invoiceId: 1, amount: 45.5 });
  await desk.call('bea', 'POST', '/api/payments', { invoiceId: 2, amount: 5 });
  await desk.call('bea', 'POST', '/api/payments', { invoiceId: 99, amount: 5 });
  await desk.call('cyd', 'GET', '/api/payments');
  await desk.call('bea', 'GET', '/api/payments');
  await desk.call('ada', 'POST', '/api/payments/1/refund');
  await desk.call('ada', 'POST', '/api/payments/1/refund');
  await desk.call('ada', 'POST', '/api/payments/2/refund');
  await desk.call('ada', 'POST', '/api/invoices/2/cancel');
  await desk.call('bea', 'PUT', '/api/invoices/2', { amount: 1 });
  await desk.call('bea', 'POST', '/api/invoices/1/cancel');
  await desk.call('bea', 'POST', '/api/invoices/remind');
}

async function notifications(desk) {
  await desk.call('ada', 'POST', '/api/notifications/user/2', { title: 'Hello', body: 'Ätna & "quotes" \u{1F4E1}' });
  await desk.call('ada', 'POST', '/api/notifications/user/2', {});
  await desk.call('sue', 'POST', '/api/notifications/role/supervisor', { title: 'Meeting' });
  await desk.call('sue', 'POST', '/api/notifications/role/technician', { title: 'Van check', body: 'at 5' });
  await desk.call('sue', 'POST', '/api/notifications/role/pirate', { title: 'Ahoy' });
  await desk.call('ada', 'POST', '/api/notifications/broadcast', { message: 'fire drill' });
  await desk.call('sue', 'POST', '/api/notifications/broadcast', { message: 'not allowed' });
  const { body: own } = await desk.call('cyd', 'GET', '/api/notifications');
  await desk.call('cyd', 'POST', `/api/notifications/${own[0].id}/read`);
  await desk.call('ada', 'POST', `/api/notifications/${own[0].id}/read`);
}

async function reports(desk) {
  await desk.call('sue', 'GET', '/api/reports/summary');
  await desk.call('sue', 'POST', '/api/reports/refresh');
  await desk.call('sue', 'POST', '/api/reports/outages', { area: 'north', message: 'cable cut' });
  await desk.call('sue', 'POST', '/api/reports/outages', { area: 'south' });
  await desk.call('sue', 'POST', '/api/reports/outages', {});
  await desk.call('ada', 'POST', '/api/reports/outages/north/resolve');
}

async function farewells(desk) {
  await desk.leave('tom');
  await desk.call('ada', 'POST', '/api/technicians/roll-call');
  desk.writeLog(/roll call/);
  await desk.call('ada', 'DELETE', '/api/technicians/1');
  await desk.call('ada', 'DELETE', '/api/customers/2');
  await desk.leave('ada');
  await desk.leave('sue');
  await desk.call(null, 'POST', '/api/registrations', { name: 'Zoe' });
}

async function pagesAndErrors(desk) {
  await desk.call('ada', 'GET', '/api/auth/me');
  await desk.call(null, 'GET', '/api/auth/me');
  await desk.call(null, 'POST', '/api/auth/token', { id: 'x' });
  await desk.call(null, 'POST', '/api/auth/token', { id: 1, name: 'p', role: 'pirate' });
  await desk.call('sue', 'POST', '/api/tickets', '{ not JSON');
  await desk.call('ada', 'GET', '/api/none');
  await desk.call(null, 'GET', '/health');
  await desk.call(null, 'GET', '/');
  await desk.call(null, 'GET', '/src/live.js');
  await desk.call(null, 'GET', '/socket.io/socket.io.esm.min.js');
  for (const origin of ['http://localhost:5173', 'http://evil.example']) {
    await desk.preflight('/api/tickets', origin);
    await desk.preflight('/socket.io/?EIO=4&transport=polling', origin);
  }
}
