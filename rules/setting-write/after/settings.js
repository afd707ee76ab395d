export const SETTINGS = 'live-server';
