start https://%SERVER%/MultiFactorAuth/
msiexec /i x.msi /PhoneFactor
