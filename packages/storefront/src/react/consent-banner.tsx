import { useId, useState, type ReactNode } from "react"
import { NO_CONSENT, PURPOSES } from "../consent"
import type { Consent } from "../types"
import { useConsent } from "./hooks"

/** Words of the banner, to be translated by the shop. */
export interface ConsentLabels {
  title: ReactNode
  text: ReactNode
  accept: string
  decline: string
  choose: string
  save: string
  purposes: Record<keyof Consent, { name: string; text: string }>
}

const LABELS: ConsentLabels = {
  title: "May this shop learn what you like?",
  text: "With your consent we remember what you look at and show you products that fit. You can change your mind at any time.",
  accept: "Accept",
  decline: "Decline",
  choose: "Choose",
  save: "Save my choice",
  purposes: {
    analytics: {
      name: "Remember visits",
      text: "Keep an identifier in this browser and record what is viewed.",
    },
    personalization: {
      name: "Personal recommendations",
      text: "Use what you viewed to choose products for you.",
    },
    experimentation: { name: "Compare variants", text: "Let you take part in tests of different lists." },
    model_training: { name: "Improve for everyone", text: "Use your visits to train the recommendations." },
  },
}

export interface ConsentBannerProps {
  labels?: Partial<ConsentLabels>
  /** Link to the shop's privacy notice. */
  privacyHref?: string
  privacyLabel?: string
  /** Shows the banner although the shopper has decided, for a link "Privacy settings". */
  open?: boolean
  onClose?: () => void
  className?: string
}

/** Asks for consent: accept and decline weigh the same, and each purpose can be chosen by itself. Asks no robot and no server. */
export function ConsentBanner(props: ConsentBannerProps) {
  const { privacyHref, privacyLabel = "Privacy notice", open = false, onClose, className = "" } = props
  const labels = { ...LABELS, ...props.labels }
  const { consent, decided, set } = useConsent()
  const [choice, setChoice] = useState<Consent | undefined>()
  const titleId = useId()
  if (decided && !open) return null

  const say = (said: boolean | Consent) => {
    set(said)
    setChoice(undefined)
    onClose?.()
  }
  return (
    <section className={`mp-consent ${className}`.trim()} aria-labelledby={titleId}>
      <h2 className="mp-consent__title" id={titleId}>
        {labels.title}
      </h2>
      <p className="mp-consent__text">
        {labels.text} {privacyHref && <a href={privacyHref}>{privacyLabel}</a>}
      </p>
      {choice && (
        <fieldset className="mp-consent__purposes">
          <legend className="mp-consent__legend">{labels.choose}</legend>
          {PURPOSES.map((purpose) => (
            <label key={purpose} className="mp-consent__purpose">
              <input
                type="checkbox"
                checked={choice[purpose]}
                onChange={({ target }) => setChoice({ ...choice, [purpose]: target.checked })}
              />
              <span>
                <strong>{labels.purposes[purpose].name}</strong> {labels.purposes[purpose].text}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <div className="mp-consent__buttons">
        <button type="button" className="mp-consent__button" onClick={() => say(false)}>
          {labels.decline}
        </button>
        <button type="button" className="mp-consent__button" onClick={() => say(true)}>
          {labels.accept}
        </button>
        <button
          type="button"
          className="mp-consent__choose"
          aria-expanded={!!choice}
          onClick={() => (choice ? say(choice) : setChoice({ ...(decided ? consent : NO_CONSENT) }))}
        >
          {choice ? labels.save : labels.choose}
        </button>
      </div>
    </section>
  )
}
