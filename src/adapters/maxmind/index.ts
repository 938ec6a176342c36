export * from "./maxmind-geo"
