"""The grammar of closed forms: minutes, clock times, services, units, doses, measures, dates and signatures."""
