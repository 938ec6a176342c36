export * from "./open-meteo-weather"
