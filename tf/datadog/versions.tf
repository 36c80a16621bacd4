terraform {
  # Tests with a mocked provider need 1.7, validations that look at other variables 1.9.
  required_version = ">= 1.9"

  required_providers {
    datadog = {
      source = "DataDog/datadog"
      # 4.19 is the version whose schema this was checked against; widgets have descriptions there.
      version = "~> 4.19"
    }
  }
}

# Nothing is configured here, so that this can be called as a module.  Applied alone, the provider
# reads DD_API_KEY, DD_APP_KEY and DD_HOST (https://api.datadoghq.eu, …) from the environment.
