import { z } from "zod"

/** What a shopper has agreed to. Everything is denied until said otherwise. */
export interface Consent {
  /** Events may be stored. */
  analytics: boolean
  /** A profile may be kept and used for this shopper's lists. */
  personalization: boolean
  /** The shopper may be put into an experiment. */
  experimentation: boolean
  /** Stored events may be used to train models. */
  model_training: boolean
}

export const NO_CONSENT: Consent = Object.freeze({
  analytics: false,
  personalization: false,
  experimentation: false,
  model_training: false,
})

/** Consent as it arrives: a missing purpose is a denied purpose. */
export const consentSchema = z
  .object({
    analytics: z.boolean().default(false),
    personalization: z.boolean().default(false),
    experimentation: z.boolean().default(false),
    model_training: z.boolean().default(false),
  })
  .strict()

/** May an event with this consent be stored at all? */
export const mayStore = (consent: Consent): boolean => consent.analytics

/** May a profile be kept for, and used on, this shopper? Needs storage as well. */
export const mayProfile = (consent: Consent): boolean => consent.analytics && consent.personalization

/** May models learn from this event? */
export const mayTrain = (consent: Consent): boolean => consent.analytics && consent.model_training

/** All purposes granted: a merchant whose law does not ask for opt-in, and tests. */
export const FULL_CONSENT: Consent = Object.freeze({
  analytics: true,
  personalization: true,
  experimentation: true,
  model_training: true,
})

/** The purposes, in the order in which they are shown. */
export const PURPOSES = ["analytics", "personalization", "experimentation", "model_training"] as const
