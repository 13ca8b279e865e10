// The peer's data file. The bench fills `users` before it starts the peer.
import Database from 'better-sqlite3';

export function open_database(file) {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.exec(`
    CREATE TABLE IF NOT EXISTS users (customer TEXT PRIMARY KEY, item TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS usage (
      customer TEXT NOT NULL, key TEXT NOT NULL, record TEXT NOT NULL, clicked_at INTEGER NOT NULL,
      PRIMARY KEY (customer, key));`);
  return db;
}
