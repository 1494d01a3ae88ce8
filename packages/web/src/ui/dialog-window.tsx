import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Button } from './button.tsx'
import type { DialogProps } from './dialog-props.ts'

/** A dialog that takes the focus, gives it back, and closes with Escape. What was typed stays in its draft. */
const DialogWindow = (props: DialogProps) => {
  const { t } = useTranslation()
  return (
    <ModalOverlay
      className="overlay"
      isOpen={props.open}
      onOpenChange={(open) => (open ? undefined : props.onClose())}
      isDismissable
    >
      <Modal className="modal">
        <AriaDialog className="dialog">
          <header className="dialog-head">
            <Heading slot="title" className="dialog-title">
              {props.title}
            </Heading>
            <Button look="quiet" size="small" onClick={props.onClose}>
              {t('common.close')}
            </Button>
          </header>
          {props.children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
export default DialogWindow
